// What the page was given: the grid, the measures, the orders.

const $ = (id) => document.getElementById(id);

/** An element with properties; texts become text, never markup. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") made.toggleAttribute(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new DataView(bytes.buffer);
}

function numbersOf(base64) {
  const view = bytesOf(base64);
  const numbers = new Float64Array(view.byteLength / 8);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat64(8 * i, true);
  return numbers;
}

function cellsOf(base64) {
  const view = bytesOf(base64);
  const cells = new Uint16Array(view.byteLength / 2);
  for (let i = 0; i < cells.length; i++) cells[i] = view.getUint16(2 * i, true);
  return cells;
}

const data = JSON.parse($("data").textContent);
const { frames, height, width } = data;
const gridCells = frames * height * width;
const gridWords = frames > 1 ? `${frames}x${height}x${width}` : `${height}x${width}`;
const measures = data.measures;
const measureOf = new Map(measures.map((measure) => [measure.name, measure]));

/** Frame, row and column of a cell, from 0. */
function placeOf(cell) {
  const inFrame = cell % (height * width);
  return [Math.floor(cell / (height * width)), Math.floor(inFrame / width), inFrame % width];
}

const places = Array.from({ length: gridCells }, (_, cell) => placeOf(cell));

function cellWords(cell) {
  const [frame, row, column] = places[cell];
  const inFrame = `row ${row + 1}, column ${column + 1}`;
  return frames > 1 ? `frame ${frame + 1}, ${inFrame}` : inFrame;
}

/** An order: its cells by rank, its sizes, and what follows from them. */
class Order {
  constructor({ label, about, known, cells, sizes, steps, totals, base = null }) {
    Object.assign(this, { label, about, known, base, steps, totals });
    this.factor = null;
    this.set(cells, sizes);
  }

  set(cells, sizes) {
    this.cells = cells;
    this.sizes = sizes;
    this.starts = [0];
    for (const size of sizes) this.starts.push(this.starts[this.starts.length - 1] + size);
    // The step of each cell, -1 for those that are known from the start.
    this.stepOf = new Int32Array(gridCells).fill(-1);
    this.rankOf = new Int32Array(gridCells).fill(-1);
    sizes.forEach((_, step) => {
      for (const cell of this.group(step)) this.stepOf[cell] = step;
    });
    cells.forEach((cell, rank) => (this.rankOf[cell] = rank));
  }

  group(step) {
    return this.cells.subarray(this.starts[step], this.starts[step + 1]);
  }

  /** The values of a measure for the steps; none if it has none. */
  stepValues(name) {
    const values = this.steps.get(name);
    return values && values.length ? values : null;
  }

  /** The value of a measure for the whole order, or null. */
  total(name) {
    return this.totals.get(name) ?? null;
  }

  /** The value for a step, or null. */
  stepValue(name, step) {
    const value = this.stepValues(name)?.[step];
    return value === undefined || Number.isNaN(value) ? null : value;
  }
}

const orders = data.orders.map(
  (order) =>
    new Order({
      label: order.label,
      about: order.about,
      known: order.known,
      cells: cellsOf(order.cells),
      sizes: order.sizes,
      steps: new Map(measures.map(({ name }, i) => [name, numbersOf(order.steps[i])])),
      totals: new Map(measures.map(({ name }, i) => [name, order.totals[i]])),
    }),
);

const superscripts = new Map([..."-0123456789"].map((c, i) => [c, "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[i]]));

/** A number in three digits; a dash where there is none. */
function words(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "\u2013";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-12) return "0";
  if (size < 1e-3 || size >= 1e6) {
    const [digits, exponent] = value.toExponential(1).split("e");
    const raised = [...exponent.replace("+", "")].map((c) => superscripts.get(c)).join("");
    return `${digits.replace("-", "\u2212")}\u00d710${raised}`;
  }
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(decimals, 4)).replace("-", "\u2212");
}

function withUnit(value, unit) {
  const text = words(value);
  return unit && text !== "\u2013" ? `${text} ${unit}` : text;
}

const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
