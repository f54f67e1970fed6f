// What the page shows now, and who is told when it changes.

const MOST_SHOWN = 6;
/** Below this width in pixels two pictures have room side by side. */
const NARROW = 700;
const compared = measures.filter((measure) => measure.scope === "steps");
const inTotal = measures;

const state = {
  /** The step, from 0. */
  step: 0,
  colour: "step",
  /** Whether the bars of a measure have one scale in all orders that are side by side. */
  oneScale: true,
  /** The orders that are side by side. */
  shown: orders.slice(0, Math.min(orders.length, window.innerWidth < NARROW ? 2 : 3)),
  /** The cell that was picked, or null. */
  picked: null,
  /** The cell that is to change places with the next one that is picked, with its order. */
  from: null,
  x: null,
  y: null,
  xLog: false,
  yLog: false,
  /** The orders that were brushed, or null for all. */
  brushed: null,
};

const mostSteps = () => Math.max(...state.shown.map((order) => order.sizes.length));

/** What is drawn anew when something changes. */
const views = { step: [], shown: [], picked: [], orders: [], brushed: [], size: [] };
const waiting = new Set();

/** Draws anew what depends on something, once for all changes of a frame. */
function changed(...what) {
  if (!waiting.size) {
    requestAnimationFrame(() => {
      const views_ = new Set([...waiting].flatMap((name) => views[name]));
      waiting.clear();
      views_.forEach((view) => view());
    });
  }
  what.forEach((name) => waiting.add(name));
}

function setStep(step) {
  const last = mostSteps() - 1;
  state.step = Math.min(Math.max(step, 0), last);
  changed("step");
}

function show(order) {
  if (state.shown.includes(order)) return;
  if (state.shown.length === MOST_SHOWN) state.shown.pop();
  state.shown.push(order);
  setStep(state.step);
  changed("shown");
}

function hide(order) {
  if (state.shown.length === 1) return;
  state.shown = state.shown.filter((other) => other !== order);
  setStep(state.step);
  changed("shown");
}

function pick(cell) {
  state.picked = state.picked === cell ? null : cell;
  if (state.picked !== null) state.shown.forEach(needFactor);
  changed("picked");
}

const letterOf = (order) => LETTERS[state.shown.indexOf(order)];
const colourOf = (order) => CATEGORIES[state.shown.indexOf(order)];

/** A word whose meaning is shown on hover, focus and touch. */
function term(title, about) {
  const shown = element("button", { type: "button", class: "term", text: title, "aria-label": `${title}: ${about}` });
  const tip = $("tip");
  const open = () => {
    tip.textContent = about;
    tip.hidden = false;
    const { left, bottom, top } = shown.getBoundingClientRect();
    const wide = Math.min(320, window.innerWidth - 16);
    tip.style.maxWidth = `${wide}px`;
    tip.style.left = `${Math.max(8, Math.min(left, window.innerWidth - tip.offsetWidth - 8))}px`;
    const below = bottom + 6;
    const isLow = below + tip.offsetHeight > window.innerHeight - 4;
    tip.style.top = `${isLow ? top - tip.offsetHeight - 6 : below}px`;
  };
  const close = () => (tip.hidden = true);
  shown.addEventListener("mouseenter", open);
  shown.addEventListener("focus", open);
  shown.addEventListener("click", open);
  shown.addEventListener("mouseleave", close);
  shown.addEventListener("blur", close);
  return shown;
}
