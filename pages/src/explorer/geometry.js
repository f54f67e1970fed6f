// Where the cells of groups lie: the measures that the page can take by itself.

/** Values of each step and of the whole order, by the names of the measures. */
function geometryOf(order) {
  const count = order.sizes.length;
  const names = ["nearest_context", "proximity", "mean_pair", "smallest_pair"];
  const steps = new Map(names.map((name) => [name, new Float64Array(count).fill(NaN)]));
  const isContext = new Uint8Array(gridCells);
  const context = [...order.known];
  for (const cell of context) isContext[cell] = 1;

  const whole = { near: 0, withContext: 0, close: 0, pairs: 0, distance: 0, smallest: Infinity };
  for (let step = 0; step < count; step++) {
    const group = order.group(step);
    let [near, close, distance, smallest] = [0, 0, 0, Infinity];
    group.forEach((cell, index) => {
      let nearest = Infinity;
      for (const other of context) nearest = Math.min(nearest, squaredDistance(cell, other));
      if (context.length) near += Math.sqrt(nearest);
      close += proximityOf(cell, isContext);
      for (let before = 0; before < index; before++) {
        const squared = squaredDistance(cell, group[before]);
        distance += Math.sqrt(squared);
        smallest = Math.min(smallest, squared);
      }
    });
    const pairs = (group.length * (group.length - 1)) / 2;
    steps.get("proximity")[step] = close / group.length;
    if (context.length) {
      steps.get("nearest_context")[step] = near / group.length;
      whole.near += near;
      whole.withContext += group.length;
    }
    if (pairs) {
      steps.get("mean_pair")[step] = distance / pairs;
      steps.get("smallest_pair")[step] = Math.sqrt(smallest);
    }
    whole.close += close;
    whole.pairs += pairs;
    whole.distance += distance;
    whole.smallest = Math.min(whole.smallest, smallest);
    for (const cell of group) {
      context.push(cell);
      isContext[cell] = 1;
    }
  }
  const mean = (total, number) => (number ? total / number : null);
  const totals = new Map([
    ["nearest_context", mean(whole.near, whole.withContext)],
    ["proximity", mean(whole.close, order.cells.length)],
    ["mean_pair", mean(whole.distance, whole.pairs)],
    ["smallest_pair", whole.pairs ? Math.sqrt(whole.smallest) : null],
  ]);
  return { steps, totals };
}

/** In cells squared; a frame counts as much as a row. */
function squaredDistance(a, b) {
  const [first, second] = [places[a], places[b]];
  return (first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2 + (first[2] - second[2]) ** 2;
}

/** LPD's score: the sum of 1 / distance over the context cells among the neighbours. */
function proximityOf(cell, isContext) {
  const [frame, row, column] = places[cell];
  const counts = [0, 0, 0, 0];
  const around = (place, side) => [Math.max(place - 1, 0), Math.min(place + 1, side - 1)];
  const [[f0, f1], [r0, r1], [c0, c1]] = [around(frame, frames), around(row, height), around(column, width)];
  for (let f = f0; f <= f1; f++) {
    for (let r = r0; r <= r1; r++) {
      for (let c = c0; c <= c1; c++) {
        const away = (f !== frame) + (r !== row) + (c !== column);
        counts[away] += away ? isContext[(f * height + r) * width + c] : 0;
      }
    }
  }
  return counts[1] + counts[2] / Math.SQRT2 + counts[3] / Math.sqrt(3);
}
