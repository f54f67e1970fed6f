// Tables are sorted by the column whose title is clicked; rows that have nothing there
// stay last.

for (const table of document.querySelectorAll("table.sortable")) {
  const titles = [...table.tHead.rows[0].cells];
  titles.forEach((title, column) => {
    const isText = title.classList.contains("text");
    const keyOf = (row) => {
      const text = row.cells[column].textContent.trim();
      if (isText) return text || null;
      const number = parseFloat(text.replace("\u2212", "-").replaceAll(",", ""));
      return Number.isNaN(number) ? null : number;
    };
    title.querySelector("button").addEventListener("click", () => {
      const isDown = title.getAttribute("aria-sort") === "ascending";
      titles.forEach((other) => other.removeAttribute("aria-sort"));
      title.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row), row]);
      rows.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        const order = isText ? a.localeCompare(b, "en", { numeric: true }) : a - b;
        return isDown ? -order : order;
      });
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}
