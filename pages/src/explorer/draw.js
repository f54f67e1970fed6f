// Canvases, colours, and the picture of an order.

/** Viridis (van der Walt, Smith, Firing 2015, CC0) at 17 places: its lightness rises
 * throughout, so that it keeps its order for colour-blind readers and in grey. */
const VIRIDIS = [
  [68, 1, 84], [72, 21, 104], [72, 38, 119], [69, 55, 129], [63, 71, 136], [57, 86, 140],
  [50, 100, 142], [45, 113, 142], [40, 125, 142], [35, 138, 141], [31, 150, 139],
  [41, 175, 127], [63, 188, 115], [94, 201, 98], [132, 212, 75], [186, 222, 40], [253, 231, 37],
];
const VIRIDIS_PLACES = [0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 183, 196, 208, 220, 236, 255];

/** Cividis (Nuñez, Anderton, Renslow 2018), for variances: it runs from blue to yellow for
 * every kind of sight. */
const CIVIDIS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115],
  [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
];

function between(from, to, share) {
  return from.map((value, i) => Math.round(value + (to[i] - value) * share));
}

const rgb = (colour) => `rgb(${colour.join(",")})`;

function viridis(share) {
  const place = Math.min(Math.max(share, 0), 1) * 255;
  let i = 0;
  while (i < VIRIDIS_PLACES.length - 2 && VIRIDIS_PLACES[i + 1] < place) i++;
  const [from, to] = [VIRIDIS_PLACES[i], VIRIDIS_PLACES[i + 1]];
  return between(VIRIDIS[i], VIRIDIS[i + 1], (place - from) / (to - from));
}

function cividis(share) {
  const place = Math.min(Math.max(share, 0), 1) * (CIVIDIS.length - 1);
  const i = Math.min(Math.floor(place), CIVIDIS.length - 2);
  return between(CIVIDIS[i], CIVIDIS[i + 1], place - i);
}

/** The colours of Okabe and Ito (2008) that can be seen on both backgrounds. */
const CATEGORIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const LETTERS = "ABCDEF";

/** The colours of the theme, by name. */
let ink = {};
function readInk() {
  const style = getComputedStyle(document.documentElement);
  const names = ["page", "card", "ink", "muted", "line", "empty", "known", "context", "now", "accent", "bar", "grid-line"];
  ink = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** A canvas in CSS pixels, sharp on every screen. */
function surface(canvas, wide, high) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  const [pixels, lines] = [Math.round(wide * ratio), Math.round(high * ratio)];
  if (canvas.width !== pixels || canvas.height !== lines) {
    canvas.width = pixels;
    canvas.height = lines;
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${high}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, wide, high);
  pen.font = "12px system-ui, sans-serif";
  return pen;
}

/** Where the cells of a picture of this width lie: frames below each other. */
function layout(wide) {
  const gap = frames > 1 ? 6 : 0;
  const side = wide / width;
  return {
    side,
    high: frames * height * side + (frames - 1) * gap,
    corner: (cell) => {
      const [frame, row, column] = places[cell];
      return [column * side, (frame * height + row) * side + frame * gap];
    },
    cellAt: (x, y) => {
      const column = Math.floor(x / side);
      const frame = Math.min(Math.floor(y / (height * side + gap)), frames - 1);
      const row = Math.floor((y - frame * (height * side + gap)) / side);
      const isInside = column >= 0 && column < width && row >= 0 && row < height && frame >= 0;
      return isInside ? (frame * height + row) * width + column : null;
    },
  };
}

/** Draws an order at a step: what is context, what is generated now, what waits. */
function drawOrder(pen, order, wide, { step, colour, picked = null, from = null }) {
  const { side, corner } = layout(wide);
  const last = Math.max(order.sizes.length - 1, 1);
  const gap = side >= 5 ? Math.min(1, side / 8) : 0;
  const square = (cell, fill) => {
    const [x, y] = corner(cell);
    pen.fillStyle = fill;
    pen.fillRect(x + gap / 2, y + gap / 2, side - gap, side - gap);
  };
  const left = colour === "variance" ? variancesLeft(order, step) : null;
  for (let cell = 0; cell < gridCells; cell++) {
    const own = order.stepOf[cell];
    if (own < 0) {
      square(cell, ink.known);
      const [x, y] = corner(cell);
      pen.fillStyle = ink.card;
      pen.fillRect(x + side * 0.36, y + side * 0.36, side * 0.28, side * 0.28);
    } else if (colour === "variance") {
      square(cell, own < step ? ink.empty : left ? rgb(cividis(left[order.rankOf[cell]])) : ink.line);
    } else if (own > step) {
      square(cell, ink.empty);
    } else if (colour === "role") {
      square(cell, own === step ? ink.now : ink.context);
    } else {
      square(cell, rgb(viridis(own / last)));
    }
  }
  if (colour !== "role" && step < order.sizes.length) {
    for (const cell of order.group(step)) ring(pen, corner(cell), side, ink.now, ink.card);
  }
  if (picked !== null) drawPicked(pen, order, picked, { side, corner });
  if (from !== null) ring(pen, corner(from), side, ink.ink, ink.now, 3);
}

function ring(pen, [x, y], side, outer, inner, wide = 2) {
  const line = Math.min(wide, side / 4);
  pen.lineWidth = line;
  pen.strokeStyle = outer;
  pen.strokeRect(x + line / 2, y + line / 2, side - line, side - line);
  if (side >= 9) {
    pen.lineWidth = 1;
    pen.strokeStyle = inner;
    pen.strokeRect(x + line + 0.5, y + line + 0.5, side - 2 * line - 1, side - 2 * line - 1);
  }
}

/** The cell that was picked, its group mates, and how much each cell of its context weighs. */
function drawPicked(pen, order, picked, { side, corner }) {
  const step = order.stepOf[picked];
  const dotted = (cell, radius, fill) => {
    const [x, y] = corner(cell);
    pen.beginPath();
    pen.arc(x + side / 2, y + side / 2, radius, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = "#000a";
    pen.stroke();
  };
  const diamond = (cell) => {
    const [x, y] = corner(cell);
    const [middle, centre, reach] = [x + side / 2, y + side / 2, side * 0.32];
    pen.beginPath();
    pen.moveTo(middle, centre - reach);
    pen.lineTo(middle + reach, centre);
    pen.lineTo(middle, centre + reach);
    pen.lineTo(middle - reach, centre);
    pen.closePath();
    pen.fillStyle = "#fff";
    pen.fill();
    pen.lineWidth = Math.max(1, side / 10);
    pen.strokeStyle = "#1c1d1f";
    pen.stroke();
  };
  const seen = step < 0 ? null : contextOf(order, picked);
  if (seen) {
    const most = Math.max(...seen.weights.map(Math.abs), 1e-9);
    seen.cells.forEach((cell, i) => {
      const share = Math.abs(seen.weights[i]) / most;
      if (share > 0.02) dotted(cell, Math.max(1.2, 0.42 * side * Math.sqrt(share)), "#fff");
    });
  }
  if (step >= 0) {
    for (const cell of order.group(step)) {
      if (cell !== picked) diamond(cell);
    }
  }
  ring(pen, corner(picked), side, ink.ink, "#fff", 3);
}

/** The variance that each cell from a step on keeps before it, by rank; null until the
 * factor is there. */
function variancesLeft(order, step) {
  if (!order.factor?.isDone) return null;
  const start = order.starts[Math.min(step, order.sizes.length)];
  return Float64Array.from(order.cells, (_, rank) =>
    rank < start ? 0 : order.factor.varianceLeft(rank, start),
  );
}

/** What a cell sees when it is generated, and how much each cell of that weighs. */
function contextOf(order, cell) {
  const step = order.stepOf[cell];
  if (step < 0 || !order.factor?.isDone) return null;
  return order.factor.weights(order.rankOf[cell], order.starts[step]);
}
