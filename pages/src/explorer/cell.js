// The cell that was picked, in all orders that are side by side.

/** How much two cells of a group still say of each other, given the context. */
function strongestMate(order, cell) {
  const step = order.stepOf[cell];
  if (step < 0 || !order.factor?.isDone) return null;
  const [rank, context] = [order.rankOf[cell], order.starts[step]];
  const own = order.factor.varianceLeft(rank, context);
  let best = null;
  for (const mate of order.group(step)) {
    if (mate === cell) continue;
    const other = order.rankOf[mate];
    const left = order.factor.covarianceLeft(rank, other, context);
    const correlation = left / Math.sqrt(own * order.factor.varianceLeft(other, context));
    if (!best || Math.abs(correlation) > Math.abs(best.correlation)) best = { mate, correlation };
  }
  return best;
}

function strongestContext(order, cell) {
  const seen = contextOf(order, cell);
  if (!seen || !seen.cells.length) return null;
  let best = 0;
  seen.weights.forEach((weight, i) => {
    if (Math.abs(weight) > Math.abs(seen.weights[best])) best = i;
  });
  return { cell: seen.cells[best], weight: seen.weights[best] };
}

function nearestContext(order, cell) {
  const step = order.stepOf[cell];
  if (step < 0) return null;
  let nearest = Infinity;
  for (let other = 0; other < gridCells; other++) {
    if (order.stepOf[other] < step) nearest = Math.min(nearest, squaredDistance(cell, other));
  }
  return nearest === Infinity ? null : Math.sqrt(nearest);
}

const ofCell = [
  ["step", "", "The step in which the cell is generated.", (order, cell) => stepWords(order, cell).replace("step ", "")],
  ["context", "cells", "Cells that are known or generated before its step.", (order, cell) =>
    order.stepOf[cell] < 0 ? "\u2013" : String(order.known.length + order.starts[order.stepOf[cell]])],
  ["group mates", "cells", "Cells that are generated in the same step, without seeing each other.", (order, cell) =>
    order.stepOf[cell] < 0 ? "\u2013" : String(order.sizes[order.stepOf[cell]] - 1)],
  ["nearest context", "cells", "Distance to the nearest cell of its context.", (order, cell) => words(nearestContext(order, cell))],
];
const ofField = [
  ["variance left", "", "What the context leaves of the cell's variance on the field, which is 1 when nothing is known.", (order, cell) => {
    const step = order.stepOf[cell];
    if (step < 0) return "\u2013";
    return order.factor?.isDone ? words(order.factor.varianceLeft(order.rankOf[cell], order.starts[step])) : "\u2026";
  }],
  ["strongest context", "weight", "The context cell with the largest weight in the best guess of the cell. In the pictures, the size of a white dot is its weight.", (order, cell) => {
    const best = strongestContext(order, cell);
    return best ? `${words(best.weight)} at ${cellWords(best.cell)}` : "\u2013";
  }],
  ["strongest mate", "correlation", "The group mate that would still say most of the cell, given the context of both: what is lost by generating them together.", (order, cell) => {
    const best = strongestMate(order, cell);
    return best ? `${words(best.correlation)} at ${cellWords(best.mate)}` : "\u2013";
  }],
];

function drawCell() {
  const cell = state.picked;
  $("cell-hint").hidden = cell !== null;
  $("cell-parts").hidden = cell === null;
  $("cell-title").textContent = cell === null ? "A cell" : `Cell in ${cellWords(cell)}`;
  if (cell === null) return;
  const rows = [...ofCell, ...(covarianceOf ? ofField : [])];
  const head = element("tr", {}, element("th", { class: "text", text: "Order" }), ...rows.map(([title, unit, about]) =>
    element("th", {}, term(unit ? `${title} (${unit})` : title, about))));
  const lines = state.shown.map((order) => {
    const letter = element("span", { class: "letter", text: letterOf(order) });
    letter.style.background = colourOf(order);
    return element("tr", {}, element("td", { class: "text" }, letter, document.createTextNode(` ${order.label}`)),
      ...rows.map(([, , , value]) => element("td", { text: value(order, cell) })));
  });
  $("cell-table").replaceChildren(element("thead", {}, head), element("tbody", {}, ...lines));
  $("cell-figure").hidden = !covarianceOf;
  if (covarianceOf) drawCurve(cell);
}

/** How the variance of a cell falls while it waits. */
function drawCurve(cell) {
  $("cell-caption").textContent = `What is left of its variance before each step until it is generated, on ${data.field.name}`;
  const canvas = $("cell-curve");
  const wide = Math.min(canvas.parentElement.clientWidth, 640);
  const high = 150;
  if (wide <= 0) return;
  const pen = surface(canvas, wide, high);
  const [left, right, top, bottom] = [30, 14, 8, 22];
  const last = Math.max(mostSteps() - 1, 1);
  const x = (step) => left + (step / last) * (wide - left - right);
  const y = (value) => top + (1 - value) * (high - top - bottom);
  pen.fillStyle = ink.muted;
  pen.strokeStyle = ink.line;
  pen.lineWidth = 1;
  for (const value of [0, 0.5, 1]) {
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.fillText(String(value), left - 6, y(value));
    pen.beginPath();
    pen.moveTo(left, y(value));
    pen.lineTo(wide - right, y(value));
    pen.stroke();
  }
  pen.textBaseline = "top";
  pen.textAlign = "left";
  pen.fillText("step 1", left, high - 16);
  pen.textAlign = "right";
  pen.fillText(`step ${last + 1}`, wide - right, high - 16);
  for (const order of state.shown) {
    const own = order.stepOf[cell];
    if (own < 0 || !order.factor?.isDone) continue;
    const rank = order.rankOf[cell];
    const before = covarianceOf(cell, cell);
    pen.strokeStyle = pen.fillStyle = colourOf(order);
    pen.lineWidth = 2;
    pen.beginPath();
    for (let step = 0; step <= own; step++) {
      const value = order.factor.varianceLeft(rank, order.starts[step]) / before;
      if (step) pen.lineTo(x(step), y(value));
      else pen.moveTo(x(step), y(value));
    }
    pen.stroke();
    const end = [x(own), y(order.factor.varianceLeft(rank, order.starts[own]) / before)];
    pen.beginPath();
    pen.arc(...end, 3.5, 0, 2 * Math.PI);
    pen.fill();
    pen.textAlign = own > last * 0.9 ? "right" : "left";
    pen.textBaseline = "bottom";
    pen.fillText(letterOf(order), end[0] + (own > last * 0.9 ? -5 : 5), end[1] - 2);
  }
  canvas.setAttribute("aria-label", $("cell-caption").textContent);
}

views.picked.push(drawCell);
views.shown.push(drawCell);
views.orders.push(drawCell);
views.size.push(drawCell);
