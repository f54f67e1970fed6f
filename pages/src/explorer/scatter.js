// All orders as points of two measures, and as small pictures.

const axes = [
  ...inTotal,
  { name: "steps", title: "steps", unit: "", about: "Number of steps." },
];
const valueOf = (order, name) => (name === "steps" ? order.sizes.length : order.total(name));

/** Whether an axis is better logarithmic: values differ by more than this factor. */
const LOG_FROM = 20;

function canBeLog(values) {
  return values.length > 0 && values.every((value) => value > 0);
}

function chooseAxis(id, name) {
  state[id] = name;
  $(id).value = name;
  const values = orders.map((order) => valueOf(order, name)).filter((value) => value !== null);
  state[`${id}Log`] = canBeLog(values) && Math.max(...values) > LOG_FROM * Math.min(...values);
  changed("brushed");
}

for (const [id, standard] of [["x", "nearest_context"], ["y", "total_correlation_nats"]]) {
  const names = axes.map(({ name }) => name);
  $(id).append(...axes.map(({ name, title }) => element("option", { value: name, text: title })));
  $(id).addEventListener("change", () => chooseAxis(id, $(id).value));
  $(`${id}-log`).addEventListener("change", () => {
    state[`${id}Log`] = $(`${id}-log`).checked;
    changed("brushed");
  });
  chooseAxis(id, names.includes(standard) ? standard : names[0]);
}

/** An axis of values: where a value lies, from 0 to 1, and its marks with their texts. */
function axisOf(values, id) {
  const box = $(`${id}-log`);
  box.disabled = !canBeLog(values);
  const isLog = state[`${id}Log`] && !box.disabled;
  box.checked = isLog;
  const scale = isLog ? Math.log10 : (value) => value;
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = isLog ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  const [from, to] = [scale(low), scale(high)];
  const room = (to - from) * 0.06;
  const share = (value) => (scale(value) - from + room) / (to - from + 2 * room);
  const inside = (marks) => marks.filter((mark) => share(mark) >= 0 && share(mark) <= 1);
  if (isLog) {
    const powers = Array.from({ length: Math.ceil(to) - Math.floor(from) + 1 }, (_, i) => 10 ** (Math.floor(from) + i));
    const each = [[1, 2, 5], [1, 3], [1]].find((steps) => steps.length * (to - from) < 9) ?? [1];
    const marks = inside(powers.flatMap((power) => each.map((step) => step * power)));
    return { share, marks, write: (mark) => String(Number(mark.toPrecision(2))) };
  }
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const pitch = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= rough);
  const first = Math.ceil((low - room) / pitch);
  const marks = Array.from({ length: 12 }, (_, i) => (first + i) * pitch);
  const decimals = Math.max(0, -Math.floor(Math.log10(pitch) + 1e-9));
  return { share, marks: inside(marks), write: (mark) => mark.toFixed(decimals) };
}

let drawnPoints = [];
let brush = null;

function drawScatter() {
  const canvas = $("scatter");
  const wide = canvas.parentElement.clientWidth ? Math.min($("overview").clientWidth, 620) : 0;
  if (!wide) return;
  const high = Math.min(420, Math.max(280, wide * 0.75));
  const pen = surface(canvas, wide, high);
  const [left, right, top, bottom] = [56, 14, 10, 42];
  const points = orders
    .map((order) => ({ order, a: valueOf(order, state.x), b: valueOf(order, state.y) }))
    .filter(({ a, b }) => a !== null && b !== null);
  const [across, up] = [axes.find(({ name }) => name === state.x), axes.find(({ name }) => name === state.y)];
  canvas.setAttribute("aria-label", `${plural(points.length, "order")}: ${up.title} over ${across.title}`);
  drawnPoints = [];
  if (!points.length) return;
  const [xs, ys] = [axisOf(points.map(({ a }) => a), "x"), axisOf(points.map(({ b }) => b), "y")];
  const x = (value) => left + xs.share(value) * (wide - left - right);
  const y = (value) => high - bottom - ys.share(value) * (high - top - bottom);
  pen.strokeStyle = ink.line;
  pen.fillStyle = ink.muted;
  pen.lineWidth = 1;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const mark of xs.marks) {
    pen.beginPath();
    pen.moveTo(x(mark), top);
    pen.lineTo(x(mark), high - bottom);
    pen.stroke();
    pen.fillText(xs.write(mark), x(mark), high - bottom + 6);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const mark of ys.marks) {
    pen.beginPath();
    pen.moveTo(left, y(mark));
    pen.lineTo(wide - right, y(mark));
    pen.stroke();
    pen.fillText(ys.write(mark), left - 6, y(mark));
  }
  const named = ({ title, unit }) => (unit ? `${title} (${unit})` : title);
  pen.fillStyle = ink.ink;
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  pen.fillText(named(across), (left + wide - right) / 2, high - 2);
  pen.save();
  pen.translate(12, (top + high - bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(named(up), 0, 4);
  pen.restore();
  drawnPoints = points.map(({ order, a, b }) => ({ order, x: x(a), y: y(b) }));
  const isIn = ({ order }) => !state.brushed || state.brushed.has(order);
  for (const point of drawnPoints) {
    const isShown = state.shown.includes(point.order);
    pen.globalAlpha = isIn(point) ? 1 : 0.25;
    pen.beginPath();
    pen.arc(point.x, point.y, isShown ? 7 : 4.5, 0, 2 * Math.PI);
    pen.fillStyle = isShown ? colourOf(point.order) : ink.bar;
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = ink.card;
    pen.stroke();
  }
  nameNear(pen, wide);
  pen.globalAlpha = 1;
  if (brush) {
    pen.strokeStyle = ink.accent;
    pen.setLineDash([4, 3]);
    pen.strokeRect(...boxOf(brush));
    pen.setLineDash([]);
  }
}

/** Names points where there is room: those that are side by side above first. */
function nameNear(pen, wide) {
  const taken = drawnPoints.map(({ x, y }) => [x - 6, y - 6, 12, 12]);
  const isFree = ([x, y, w, h]) =>
    x >= 0 && x + w <= wide && !taken.some(([a, b, c, d]) => x < a + c && a < x + w && y < b + d && b < y + h);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  const first = [...drawnPoints].sort((a, b) => state.shown.includes(b.order) - state.shown.includes(a.order));
  for (const { order, x, y } of first) {
    const isIn = !state.brushed || state.brushed.has(order);
    const label = order.label.length > 28 ? `${order.label.slice(0, 27)}\u2026` : order.label;
    const long = pen.measureText(label).width;
    const places_ = [[x + 9, y - 7], [x - 9 - long, y - 7], [x - long / 2, y - 22], [x - long / 2, y + 9]];
    const place = places_.map(([a, b]) => [a, b, long, 14]).find(isFree);
    if (!place) continue;
    taken.push(place);
    pen.globalAlpha = isIn ? 1 : 0.25;
    pen.fillStyle = state.shown.includes(order) ? ink.ink : ink.muted;
    pen.fillText(label, place[0], place[1] + 7);
  }
}

const boxOf = ({ x0, y0, x1, y1 }) => [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];

{
  const canvas = $("scatter");
  const at = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const [x, y] = at(event);
    brush = { x0: x, y0: y, x1: x, y1: y };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!brush) return;
    [brush.x1, brush.y1] = at(event);
    changed("brushed");
  });
  const end = () => {
    if (!brush) return;
    const [x, y, wide, high] = boxOf(brush);
    if (wide < 5 && high < 5) {
      const near = drawnPoints
        .map((point) => ({ ...point, far: Math.hypot(point.x - x, point.y - y) }))
        .sort((a, b) => a.far - b.far)[0];
      if (near && near.far < 16) toggle(near.order);
    } else {
      const inside = drawnPoints.filter((p) => p.x >= x && p.x <= x + wide && p.y >= y && p.y <= y + high);
      state.brushed = inside.length ? new Set(inside.map(({ order }) => order)) : null;
    }
    brush = null;
    changed("brushed");
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", () => {
    brush = null;
    changed("brushed");
  });
  $("unbrush").addEventListener("click", () => {
    state.brushed = null;
    changed("brushed");
  });
}

function toggle(order) {
  if (state.shown.includes(order)) hide(order);
  else show(order);
}

/** The small pictures: made once for each order, drawn anew where they change. */
const thumbnails = new Map();
const THUMBNAIL = 84;

function drawGallery() {
  const listed = orders.filter((order) => !state.brushed || state.brushed.has(order));
  $("gallery").replaceChildren(...listed.map((order) => {
    let made = thumbnails.get(order);
    if (!made) {
      const canvas = element("canvas", { "aria-hidden": "true" });
      const values = element("span", { class: "muted" });
      const name = element("span", { class: "name", text: order.label });
      const button = element("button", { type: "button", class: "thumbnail", onclick: () => toggle(order) }, canvas, name, values);
      made = { canvas, values, button };
      thumbnails.set(order, made);
    }
    const isShown = state.shown.includes(order);
    made.button.setAttribute("aria-pressed", String(isShown));
    made.button.style.setProperty("--mark", isShown ? colourOf(order) : "transparent");
    made.values.textContent = `${words(valueOf(order, state.x))} \u00b7 ${words(valueOf(order, state.y))}`;
    const key = `${order.cells.join()}/${order.sizes.join()}/${ink.card}`;
    if (made.key !== key) {
      made.key = key;
      const side = (THUMBNAIL * width) / Math.max(width, frames * height);
      drawOrder(surface(made.canvas, side, layout(side).high), order, side, { step: order.sizes.length, colour: "step" });
    }
    return made.button;
  }));
  $("unbrush").hidden = !state.brushed;
}

const drawAll = () => {
  drawScatter();
  drawGallery();
};
views.brushed.push(drawAll);
views.shown.push(drawAll);
views.orders.push(drawAll);
views.size.push(drawScatter);
