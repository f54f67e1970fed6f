// Orders that are changed by hand, and files of them.

/** A copy of an order that can be changed, with everything that can be undone. */
class EditedOrder extends Order {
  constructor(base) {
    const root = base.base ?? base;
    super({
      label: freeLabel(root.label),
      about: `changed by hand from ${base.label}`,
      known: base.known,
      cells: base.cells.slice(),
      sizes: [...base.sizes],
      steps: new Map(base.steps),
      totals: new Map(base.totals),
      base: root,
    });
    this.factor = base.factor;
    this.undone = [];
    this.past = [];
    // Whether the measures are those of the order as it is.
    this.isMeasured = base.isMeasured ?? true;
    this.recompute();
  }

  /** Makes a change that can be undone. */
  change(cells, sizes) {
    this.past.push([this.cells, this.sizes]);
    this.undone = [];
    this.become(cells, sizes);
  }

  become(cells, sizes) {
    this.set(cells, sizes);
    this.recompute();
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    this.undone.push([this.cells, this.sizes]);
    this.become(...before);
  }

  redo() {
    const after = this.undone.pop();
    if (!after) return;
    this.past.push([this.cells, this.sizes]);
    this.become(...after);
  }

  swap(a, b) {
    const cells = this.cells.slice();
    cells[this.rankOf[a]] = b;
    cells[this.rankOf[b]] = a;
    this.change(cells, this.sizes);
  }

  /** Takes a cell from the next step, or gives the last one to it. */
  resize(step, by) {
    const sizes = [...this.sizes];
    sizes[step] += by;
    sizes[step + 1] -= by;
    if (sizes[step] > 0 && sizes[step + 1] > 0) this.change(this.cells, sizes);
  }

  /** Measures it anew. What total correlation is there is not shown until it is right. */
  recompute() {
    this.isMeasured = false;
    const { steps, totals } = geometryOf(this);
    this.steps = new Map(steps);
    this.totals = new Map(totals);
    if (!covarianceOf) {
      this.isMeasured = true;
      return;
    }
    this.factor = this.factor
      ? this.factor.changed(this.known, this.cells)
      : new Factor(this.known, this.cells);
    run(this, informationOf(this), ({ forward, reverse }) => {
      this.steps.set("total_correlation_nats", forward);
      this.steps.set("reverse_total_correlation_nats", reverse);
      this.totals.set("total_correlation_nats", sum(forward));
      this.totals.set("reverse_total_correlation_nats", sum(reverse));
      this.isMeasured = true;
      changed("orders");
    });
  }
}

function freeLabel(label) {
  for (let number = 1; ; number++) {
    const free = number === 1 ? `${label}, changed` : `${label}, changed ${number}`;
    if (!orders.some((order) => order.label === free)) return free;
  }
}

/** Work in progress, by the order that it is for. */
const inProgress = new Map();

/** Does work in pieces, so that the page stays alive; work for the same order that is still
 * in progress is given up. */
function run(order, work, whenDone) {
  inProgress.set(order, work);
  const piece = () => {
    if (inProgress.get(order) !== work) return;
    const until = performance.now() + 12;
    for (;;) {
      const { done, value } = work.next();
      if (done) {
        inProgress.delete(order);
        whenDone(value);
        return;
      }
      if (performance.now() > until) break;
    }
    setTimeout(piece);
  };
  piece();
}

/** Finds the factor of an order, if it is not there. */
function needFactor(order) {
  if (!covarianceOf || order.factor) return;
  order.factor = new Factor(order.known, order.cells);
  run(order, informationOf(order), () => changed("orders"));
}

/** Numbers as `--group-sizes` takes them, or null if they don't sum to the cells. */
function sizesFrom(text, cells) {
  const sizes = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : 0));
  return sizes.every((size) => size > 0) && sum(sizes) === cells ? sizes : null;
}

const fileName = (order) =>
  `${order.label.replace(/[^A-Za-z0-9=.]+/g, "-").replace(/^[-.]+|-+$/g, "").slice(0, 80) || "order"}.json`;

const fileOf = (order) => `[[${order.cells.join(",")}]]`;

/** What `check` has to be told of a file without a manifest. */
function checkCommand(order) {
  const known = order.known.length ? " --known KNOWN.json" : "";
  return `orders-cli check ${fileName(order)} --grid ${gridWords}${known} --group-sizes ${order.sizes.join(",")}`;
}

/** The manifest of a file: what is in it, in the words of this program's manifests. */
async function manifestOf(order) {
  const bytes = new TextEncoder().encode(fileOf(order));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // A text of JSON is one of TOML, but for one character.
  const text = (words) => JSON.stringify(words).replaceAll("\x7f", "\\u007f");
  const lines = [
    `program = ${text(data.program)}`,
    `file = ${text(fileName(order))}`,
    'format = "json"',
    "count = 1",
    `cells = ${order.cells.length}`,
    `sha256 = "${hex}"`,
    `bytes = ${bytes.length}`,
    `grid = "${gridWords}"`,
  ];
  if (order.known.length) {
    const rows = Array.from({ length: frames * height }, (_, row) =>
      Array.from({ length: width }, (_, column) =>
        order.stepOf[row * width + column] < 0 ? "#" : ".",
      ).join(""),
    );
    lines.push(`known = """\n${rows.join("\n")}\n"""`);
  }
  lines.push(`group_sizes = [${order.sizes.join(", ")}]`, `note = ${text(order.about)}`);
  return `${lines.join("\n")}\n`;
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
