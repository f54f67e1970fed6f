// What an order loses on the field. One Cholesky factor of the covariance, with the known
// cells first and then the cells as they are generated, has the total correlation of every
// group: with v_i the variance that cell i keeps given the context of its group and l_i its
// pivot, which is what it keeps given all cells before it, a group costs
//
//   1/2 sum_i (ln v_i - ln l_i)   nats.

const covarianceOf = (() => {
  if (!data.field) return null;
  const values = numbersOf(data.field.values);
  if (data.field.kind === "triangle") {
    return (a, b) => (a < b ? values[(b * (b + 1)) / 2 + a] : values[(a * (a + 1)) / 2 + b]);
  }
  const [rows, columns] = [2 * height - 1, 2 * width - 1];
  return (a, b) => {
    const [first, second] = a < b ? [places[a], places[b]] : [places[b], places[a]];
    const down = second[1] - first[1] + height - 1;
    const right = second[2] - first[2] + width - 1;
    return values[((second[0] - first[0]) * rows + down) * columns + right];
  };
})();

/** Sum of the products of count entries of an array from two places on. */
function dot(values, a, b, count) {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = count & ~3;
  for (let t = 0; t < whole; t += 4) {
    s0 += values[a + t] * values[b + t];
    s1 += values[a + t + 1] * values[b + t + 1];
    s2 += values[a + t + 2] * values[b + t + 2];
    s3 += values[a + t + 3] * values[b + t + 3];
  }
  for (let t = whole; t < count; t++) s0 += values[a + t] * values[b + t];
  return s0 + s1 + (s2 + s3);
}

/** The Cholesky factor of an order, row after row. A row only depends on the cells before
 * it, so that a change of the order leaves all rows before it as they are. */
class Factor {
  constructor(known, cells) {
    this.offset = known.length;
    this.sequence = Uint16Array.from([...known, ...cells]);
    this.rows = new Float64Array((this.sequence.length * (this.sequence.length + 1)) / 2);
    this.done = 0;
  }

  /** A copy for an order that has other cells from some rank on. */
  changed(known, cells) {
    const made = new Factor(known, cells);
    let same = 0;
    while (same < this.done && this.sequence[same] === made.sequence[same]) same++;
    made.rows.set(this.rows.subarray(0, (same * (same + 1)) / 2));
    made.done = same;
    return made;
  }

  get isDone() {
    return this.done === this.sequence.length;
  }

  /** Finds the next row. */
  advance() {
    const { rows, sequence, done } = this;
    const row = (done * (done + 1)) / 2;
    const cell = sequence[done];
    for (let j = 0; j < done; j++) {
      const other = (j * (j + 1)) / 2;
      const rest = covarianceOf(cell, sequence[j]) - dot(rows, row, other, j);
      rows[row + j] = rest / rows[other + j];
    }
    rows[row + done] = Math.sqrt(covarianceOf(cell, cell) - dot(rows, row, row, done));
    this.done++;
  }

  /** The covariance of the cells of two ranks that is left when the first ranks are known. */
  covarianceLeft(a, b, context) {
    const [i, j] = [a + this.offset, b + this.offset];
    const known = context + this.offset;
    const shared = dot(this.rows, (i * (i + 1)) / 2, (j * (j + 1)) / 2, known);
    return covarianceOf(this.sequence[i], this.sequence[j]) - shared;
  }

  /** The variance of the cell of a rank that is left when the first ranks are known. */
  varianceLeft(rank, context) {
    return this.covarianceLeft(rank, rank, context);
  }

  /** The variance that the cell of a rank keeps when all before it are known. */
  pivot(rank) {
    const i = rank + this.offset;
    return this.rows[(i * (i + 1)) / 2 + i] ** 2;
  }

  /** By what factor each known cell and each of the first ranks goes into the best guess of
   * the cell of a rank: cells and weights. */
  weights(rank, context) {
    const known = context + this.offset;
    const i = rank + this.offset;
    const row = (i * (i + 1)) / 2;
    const weights = this.rows.slice(row, row + known);
    for (let t = known - 1; t >= 0; t--) {
      const other = (t * (t + 1)) / 2;
      weights[t] /= this.rows[other + t];
      for (let s = 0; s < t; s++) weights[s] -= this.rows[other + s] * weights[t];
    }
    return { cells: this.sequence.subarray(0, known), weights };
  }
}

/** Finds the factor of an order and what it loses at each step, and gives way after each
 * piece of the work. */
function* informationOf(order) {
  const { factor, sizes, starts } = order;
  while (!factor.isDone) {
    factor.advance();
    yield;
  }
  const forward = new Float64Array(sizes.length);
  const reverse = new Float64Array(sizes.length);
  for (let step = 0; step < sizes.length; step++) {
    const [start, end] = [starts[step], starts[step + 1]];
    let [lost, lostBackwards] = [0, 0];
    const column = new Float64Array(end - start);
    for (let first = start; first < end; first++) {
      const [variance, pivot] = [factor.varianceLeft(first, start), factor.pivot(first)];
      lost += 0.5 * (Math.log(variance) - Math.log(pivot));
      // The group's block G of the factor has G G^T = S, so that (S^-1)_ii is the sum of
      // squares of column i of G^-1.
      let ofInverse = 0;
      for (let rank = first; rank < end; rank++) {
        const i = rank + factor.offset;
        const row = (i * (i + 1)) / 2 + factor.offset;
        let rest = rank === first ? 1 : 0;
        for (let t = first; t < rank; t++) rest -= factor.rows[row + t] * column[t - start];
        const value = rest / factor.rows[row + rank];
        column[rank - start] = value;
        ofInverse += value * value;
      }
      lostBackwards += 0.5 * (variance * ofInverse - 1 - Math.log(variance / pivot));
      yield;
    }
    // Rounding must not make a group of independent cells gain.
    forward[step] = sizes[step] === 1 ? 0 : Math.max(lost, 0);
    reverse[step] = sizes[step] === 1 ? 0 : Math.max(lostBackwards, 0);
  }
  return { forward, reverse };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
