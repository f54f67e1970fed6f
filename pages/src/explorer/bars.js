// The measures of an order step by step, as bars below its picture.

const BAR_HEIGHT = 44;

/** The ends of a measure over all steps, and 0: of the orders that are side by side, or of
 * this one. */
function rangeOf(name, own) {
  const scaled = state.oneScale ? state.shown : [own];
  const values = scaled.flatMap((order) => [...(order.stepValues(name) ?? [])]);
  const known = values.filter((value) => !Number.isNaN(value));
  return [Math.min(0, ...known), Math.max(0, ...known, 1e-9)];
}

/** The bars of all measures of an order, and a way to draw them anew. */
function barsOf(order) {
  const charts = compared.map((measure) => {
    const now = element("output", { class: "now" });
    const total = element("output", { class: "total", title: "of the whole order" });
    const canvas = element("canvas", { role: "img", class: "bars" });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      stepTo(event);
    });
    canvas.addEventListener("pointermove", (event) => event.buttons && stepTo(event));
    const stepTo = (event) => {
      const { left, width: wide } = canvas.getBoundingClientRect();
      setStep(Math.floor(((event.clientX - left) / wide) * mostSteps()));
    };
    const part = element(
      "div",
      { class: "measure", "data-measure": measure.name },
      element("div", { class: "words" }, term(measure.title, aboutOf(measure)), now, total),
      canvas,
    );
    return { measure, now, total, canvas, part };
  });
  const draw = () => charts.forEach((chart) => drawBars(order, chart));
  return { parts: charts.map(({ part }) => part), draw };
}

const aboutOf = ({ about, unit }) => (unit ? `${about} In ${unit}.` : about);

function drawBars(order, { measure, now, total, canvas, part }) {
  const value = order.stepValue(measure.name, state.step);
  const whole = order.total(measure.name);
  const isWaiting = order.isMeasured === false && order.stepValues(measure.name) === null && inProgress.has(order);
  now.textContent = isWaiting ? "\u2026" : withUnit(value, measure.unit);
  total.textContent = isWaiting ? "computing" : `whole ${words(whole)}`;
  part.dataset.value = value ?? "";
  part.dataset.total = whole ?? "";
  const wide = canvas.parentElement.clientWidth;
  if (!wide) return;
  const pen = surface(canvas, wide, BAR_HEIGHT);
  const values = order.stepValues(measure.name) ?? [];
  const [least, most] = rangeOf(measure.name, order);
  const y = (value) => BAR_HEIGHT - 1 - ((value - least) / (most - least)) * (BAR_HEIGHT - 4);
  const pitch = wide / mostSteps();
  const gap = pitch > 4 ? 1 : 0;
  pen.fillStyle = ink.line;
  pen.fillRect(0, y(0), wide, 1);
  for (let step = 0; step < order.sizes.length; step++) {
    const own = values[step];
    const isNow = step === state.step;
    if (isNow) {
      pen.fillStyle = ink.empty;
      pen.fillRect(step * pitch, 0, Math.max(pitch - gap, 1), BAR_HEIGHT - 1);
    }
    if (own === undefined || Number.isNaN(own)) continue;
    const high = own === 0 ? 0 : Math.max(Math.abs(y(own) - y(0)), 1);
    pen.fillStyle = isNow ? ink.now : ink.bar;
    pen.fillRect(step * pitch, own > 0 ? y(0) - high : y(0), Math.max(pitch - gap, 1), high);
  }
  canvas.setAttribute(
    "aria-label",
    `${measure.title} of ${order.label} in ${plural(order.sizes.length, "step")}; step ${state.step + 1}: ${withUnit(value, measure.unit)}`,
  );
}
