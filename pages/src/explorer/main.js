// The scrubber, the keys, and the first picture.

{
  const all = plural(orders.length, "order");
  const field = data.field ? `, total correlation on the field ${data.field.name}` : "";
  $("summary").textContent = `${all}, ${gridWords} cells${field}`;
  if (!data.field) document.querySelector('#colour option[value="variance"]').remove();
}

let player = null;

function play(isOn) {
  clearInterval(player);
  player = null;
  if (isOn) {
    if (state.step >= mostSteps() - 1) setStep(0);
    const pause = Math.max(60, Math.min(500, 12_000 / mostSteps()));
    player = setInterval(() => {
      if (state.step >= mostSteps() - 1) play(false);
      else setStep(state.step + 1);
    }, pause);
  }
  $("play").textContent = isOn ? "\u275a\u275a" : "\u25b6";
  $("play").setAttribute("aria-label", isOn ? "Pause" : "Play");
}

function drawScrubber() {
  const slider = $("step");
  slider.max = String(mostSteps());
  slider.value = String(state.step + 1);
  slider.setAttribute("aria-valuetext", `step ${state.step + 1} of ${mostSteps()}`);
  const sizes = [...new Set(state.shown.map((order) => order.sizes[state.step] ?? 0))];
  const cells = sizes.length === 1 ? `, ${plural(sizes[0], "cell")}` : "";
  $("step-words").textContent = `Step ${state.step + 1} of ${mostSteps()}${cells}`;
  $("back").disabled = state.step === 0;
  $("forth").disabled = state.step === mostSteps() - 1;
}

/** What the colours of the pictures mean. */
function drawLegend() {
  const swatch = (fill, text, isRing = false) => {
    const mark = element("span", { class: isRing ? "swatch ring" : "swatch" });
    if (isRing) mark.style.borderColor = fill;
    else mark.style.background = fill;
    return element("span", { class: "key" }, mark, document.createTextNode(text));
  };
  const scale = (colours, low, high) => {
    const mark = element("span", { class: "scale" });
    mark.style.background = `linear-gradient(90deg, ${colours.map(rgb).join(",")})`;
    return element("span", { class: "key" }, document.createTextNode(low), mark, document.createTextNode(high));
  };
  const spread = (colour) => Array.from({ length: 9 }, (_, i) => colour(i / 8));
  const known = orders.some((order) => order.known.length) ? [swatch(ink.known, "known from the start")] : [];
  const parts = {
    step: () => [scale(spread(viridis), "step 1", "last step"), swatch(ink.now, "this step", true), swatch(ink.empty, "later")],
    role: () => [swatch(ink.context, "context"), swatch(ink.now, "this step"), swatch(ink.empty, "later")],
    variance: () => [scale(spread(cividis), "variance left 0", "1"), swatch(ink.now, "this step", true), swatch(ink.empty, "generated")],
  };
  const sign = (text, name) => element("span", { class: "key" }, element("span", { class: "sign", text, "aria-hidden": "true" }), document.createTextNode(name));
  const picked = state.picked === null ? [] : [
    ...(covarianceOf ? [sign("\u25cb", "its context, by weight")] : []),
    sign("\u25c7", "its group mates"),
  ];
  $("legend").replaceChildren(...parts[state.colour](), ...known, ...picked);
}

$("step").addEventListener("input", () => {
  play(false);
  setStep(Number($("step").value) - 1);
});
$("back").addEventListener("click", () => setStep(state.step - 1));
$("forth").addEventListener("click", () => setStep(state.step + 1));
$("play").addEventListener("click", () => play(player === null));
$("colour").addEventListener("change", () => {
  state.colour = $("colour").value;
  changed("shown");
});
$("one-scale").addEventListener("change", () => {
  state.oneScale = $("one-scale").checked;
  changed("step");
});
views.step.push(drawScrubber);
views.shown.push(drawScrubber, drawLegend);
views.picked.push(drawLegend);
views.orders.push(drawScrubber);

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, button, textarea, summary") || event.ctrlKey || event.metaKey || event.altKey) {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.target.closest("input");
    const edited = state.shown.find((order) => order instanceof EditedOrder);
    if (!isUndo || !edited) return;
    if (event.shiftKey) edited.redo();
    else edited.undo();
    setStep(state.step);
    changed("orders", "picked");
  } else if (event.key === " ") {
    play(player === null);
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    play(false);
    setStep(state.step + (event.key === "ArrowLeft" ? -1 : 1));
  } else {
    return;
  }
  event.preventDefault();
});

themeListeners.push(() => {
  readInk();
  changed("shown", "picked", "brushed");
});
let settled = null;
addEventListener("resize", () => {
  clearTimeout(settled);
  settled = setTimeout(() => changed("size"), 80);
});

readInk();
// The orders are seen whole at first, and played from the first step.
setStep(mostSteps() - 1);
changed("shown", "picked", "brushed");
