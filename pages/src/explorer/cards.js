// The pictures side by side.

const cards = new Map();

/** The card of an order: its picture, its bars, and its tools if it can be changed. */
function cardOf(order) {
  const known = cards.get(order);
  if (known) return known;
  const letter = element("span", { class: "letter", "aria-hidden": "true" });
  const choice = element("select", { "aria-label": "Order" });
  choice.addEventListener("change", () => {
    const other = orders[Number(choice.value)];
    if (state.shown.includes(other)) {
      changed("shown");
      return;
    }
    state.shown[state.shown.indexOf(order)] = other;
    setStep(state.step);
    changed("shown");
  });
  const away = element("button", { type: "button", class: "plain", text: "\u00d7", "aria-label": "Put this order away", onclick: () => hide(order) });
  const edit = element("button", {
    type: "button",
    class: "edit",
    text: order instanceof EditedOrder ? "Copy" : "Change",
    "aria-label": order instanceof EditedOrder ? "Change a copy of this order" : "Change this order by hand",
    onclick: () => {
      const copy = new EditedOrder(order);
      orders.push(copy);
      // Beside what it was made of, where there is room for both.
      if (window.innerWidth < NARROW) state.shown = [order, copy];
      else if (state.shown.length < MOST_SHOWN) state.shown.splice(state.shown.indexOf(order) + 1, 0, copy);
      else state.shown[state.shown.indexOf(order)] = copy;
      changed("shown", "orders");
    },
  });
  const canvas = element("canvas", { class: "picture", tabindex: "0", role: "application", "aria-roledescription": "picture of an order" });
  const about = element("p", { class: "small muted about" });
  const tools = order instanceof EditedOrder ? toolsOf(order) : null;
  const bars = barsOf(order);
  const card = element(
    "article",
    { class: "card" },
    element("div", { class: "bar" }, letter, choice, edit, away),
    about,
    canvas,
    ...bars.parts,
  );
  let walker = 0;
  const choose = (cell) => {
    if (cell === null) return;
    walker = cell;
    if (tools?.isSwapping()) tools.swapAt(cell);
    else pick(cell);
  };
  canvas.addEventListener("pointerdown", (event) => {
    const { left, top, width: wide } = canvas.getBoundingClientRect();
    choose(layout(wide).cellAt(event.clientX - left, event.clientY - top));
  });
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width };
    if (event.key in moves) {
      const [, , column] = places[walker];
      const isOff = (event.key === "ArrowLeft" && column === 0) || (event.key === "ArrowRight" && column === width - 1);
      const next = walker + moves[event.key];
      if (!isOff && next >= 0 && next < gridCells) walker = next;
      if (!tools?.isSwapping()) state.picked = walker;
      state.shown.forEach(needFactor);
      canvas.setAttribute("aria-label", `${order.label}: ${cellWords(walker)}, ${stepWords(order, walker)}`);
      changed("picked");
    } else if (event.key === "Enter" && tools?.isSwapping()) {
      tools.swapAt(walker);
    } else if (event.key === "Escape") {
      state.from = null;
      state.picked = null;
      changed("picked");
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  const draw = () => {
    letter.textContent = letterOf(order);
    letter.style.background = colourOf(order);
    const listed = orders.map((other, i) => element("option", { value: String(i), text: other.label }));
    if (choice.options.length !== orders.length) choice.replaceChildren(...listed);
    choice.value = String(orders.indexOf(order));
    choice.title = order.label;
    away.disabled = state.shown.length === 1;
    about.textContent = order.about;
    about.title = order.about;
    drawPicture();
    bars.draw();
    tools?.draw();
  };
  const drawPicture = () => {
    const wide = card.clientWidth - 2 * parseFloat(getComputedStyle(card).paddingLeft);
    if (wide <= 0) return;
    const isWalking = document.activeElement === canvas && tools?.isSwapping();
    const pen = surface(canvas, wide, layout(wide).high);
    drawOrder(pen, order, wide, {
      step: state.step,
      colour: state.colour,
      picked: state.picked,
      from: state.from?.order === order ? state.from.cell : isWalking ? walker : null,
    });
    if (document.activeElement !== canvas) {
      canvas.setAttribute("aria-label", `${order.label} at step ${state.step + 1} of ${order.sizes.length}`);
    }
  };
  const made = { card, draw, tools };
  cards.set(order, made);
  return made;
}

const stepWords = (order, cell) =>
  order.stepOf[cell] < 0 ? "known from the start" : `step ${order.stepOf[cell] + 1}`;

/** What an order is changed with. */
function toolsOf(order) {
  let isOn = false;
  const button = (text, action, label) =>
    element("button", { type: "button", text, "aria-label": label ?? text, onclick: action });
  const exchange = button("Exchange cells", () => {
    isOn = !isOn;
    state.from = null;
    state.picked = null;
    changed("picked", "step");
  });
  const hint = element("p", { class: "small muted hint", role: "status" });
  const undo = button("Undo", () => changeWith(() => order.undo()));
  const redo = button("Redo", () => changeWith(() => order.redo()));
  const less = button("\u2212", () => changeWith(() => order.resize(state.step, -1)), "One cell less in this step");
  const more = button("+", () => changeWith(() => order.resize(state.step, 1)), "One cell more in this step");
  const size = element("output", { class: "size" });
  const sizes = element("input", { type: "text", spellcheck: "false", inputmode: "numeric" });
  const refusal = element("p", { class: "small refusal", role: "alert" });
  const command = element("code", { class: "command small" });
  const saved = button("Save the order", () => save(fileName(order), fileOf(order)));
  const manifest = button("Save its manifest", async () => save(`${fileName(order)}.toml`, await manifestOf(order)));
  manifest.disabled = !window.crypto?.subtle;
  const changeWith = (change) => {
    change();
    setStep(state.step);
    changed("orders", "picked");
  };
  sizes.addEventListener("change", () => {
    const read = sizesFrom(sizes.value, order.cells.length);
    if (read) changeWith(() => order.change(order.cells, read));
    else refusal.textContent = `Sizes are whole numbers from 1 with commas between them, and sum to ${order.cells.length}.`;
  });
  sizes.addEventListener("input", () => (refusal.textContent = ""));
  const letter = element("span", { class: "letter", "aria-hidden": "true" });
  const part = element(
    "div",
    { class: "tools", role: "group", "aria-label": `Change ${order.label}` },
    element("div", { class: "row" }, letter, element("strong", { text: order.label })),
    element("div", { class: "row" }, exchange, undo, redo),
    element("div", { class: "row" }, element("span", { class: "small muted", text: "Size of this step" }), less, size, more),
    element("label", { class: "row sizes" }, element("span", { class: "small muted", text: "All sizes" }), sizes),
    element("div", { class: "row" }, saved, manifest),
    hint,
    refusal,
    element("details", {}, element("summary", { class: "small", text: "How the file is checked" }),
      element("p", { class: "small muted", text: "With its manifest beside it, its name is enough. Without:" }), command),
  );
  const draw = () => {
    letter.textContent = letterOf(order);
    letter.style.background = colourOf(order);
    exchange.setAttribute("aria-pressed", String(isOn));
    hint.textContent = !isOn
      ? ""
      : state.from
        ? `${cellWords(state.from.cell)} (${stepWords(order, state.from.cell)}) changes places with the next cell that you pick.`
        : "Pick two cells of different steps.";
    undo.disabled = order.past.length === 0;
    redo.disabled = order.undone.length === 0;
    const own = order.sizes[state.step];
    size.textContent = own === undefined ? "\u2013" : String(own);
    less.disabled = !(own > 1 && state.step + 1 < order.sizes.length);
    more.disabled = !(order.sizes[state.step + 1] > 1);
    if (document.activeElement !== sizes) sizes.value = order.sizes.join(",");
    command.textContent = checkCommand(order);
  };
  return {
    part,
    draw,
    isSwapping: () => isOn,
    swapAt: (cell) => {
      if (order.stepOf[cell] < 0) return;
      const from = state.from?.order === order ? state.from.cell : null;
      if (from === null || from === cell) {
        state.from = from === cell ? null : { order, cell };
        changed("picked", "step");
        return;
      }
      state.from = null;
      if (order.stepOf[from] === order.stepOf[cell]) {
        changed("picked", "step");
        return;
      }
      changeWith(() => order.swap(from, cell));
    },
  };
}

function drawCards() {
  const shown = state.shown.map((order) => cardOf(order).card);
  const place = $("cards");
  if (shown.length !== place.children.length || shown.some((card, i) => place.children[i] !== card)) {
    place.replaceChildren(...shown);
  }
  const tools = state.shown.flatMap((order) => cardOf(order).tools?.part ?? []);
  if (tools.length !== $("tools").children.length || tools.some((part, i) => $("tools").children[i] !== part)) {
    $("tools").replaceChildren(...tools);
  }
  place.style.setProperty("--cards", String(shown.length));
  if (state.colour === "variance") state.shown.forEach(needFactor);
  state.shown.forEach((order) => cardOf(order).draw());
  $("add").hidden = state.shown.length >= Math.min(MOST_SHOWN, orders.length);
}

views.step.push(drawCards);
views.shown.push(drawCards);
views.picked.push(drawCards);
views.orders.push(drawCards);
views.size.push(drawCards);
$("add").addEventListener("click", () => {
  const next = orders.find((order) => !state.shown.includes(order));
  if (next) show(next);
});
