"use strict";
// The tables can be read without this; it only adds sorting and filters.
for (const box of document.querySelectorAll(".tools")) {
  const table = box.querySelector("table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const said = document.createElement("p");
  said.className = "count";
  said.setAttribute("role", "status");

  const key = (row, at) => {
    const cell = row.cells[at];
    const order = cell.dataset.order ?? cell.textContent.trim();
    return heads[at].classList.contains("number") ? Number(order.replace("inf", "Infinity")) : order;
  };
  const compare = (a, b) =>
    typeof a === "number" ? (a > b) - (a < b) : a.localeCompare(b, "en");

  const sort = (at) => {
    const up = heads[at].getAttribute("aria-sort") !== "ascending";
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[at].setAttribute("aria-sort", up ? "ascending" : "descending");
    const sign = up ? 1 : -1;
    const unknown = (row) => Math.abs(key(row, at)) === Infinity;
    const sorted = [...rows].sort(
      (a, b) => unknown(a) - unknown(b) || sign * compare(key(a, at), key(b, at))
    );
    body.append(...sorted);
  };
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    const text = head.firstChild;
    button.append(text.cloneNode());
    button.addEventListener("click", () => sort(at));
    text.replaceWith(button);
  });

  const bar = document.createElement("div");
  bar.className = "filters";
  const find = document.createElement("input");
  find.type = "search";
  const choose = document.createElement("select");
  const show = () => {
    const text = find.value.trim().toLocaleLowerCase();
    let n = 0;
    for (const row of rows) {
      const chosen = !choose.value || row.cells[box.dataset.choose].dataset.word === choose.value;
      row.hidden = !(chosen && row.textContent.toLocaleLowerCase().includes(text));
      n += !row.hidden;
    }
    said.textContent = `${n} of ${rows.length} rows shown`;
  };
  const labelled = (text, control) => {
    const label = document.createElement("label");
    label.append(text, " ", control);
    bar.append(label);
    control.addEventListener("input", show);
  };
  labelled("Find", find);
  if (box.dataset.choose) {
    const at = box.dataset.choose;
    for (const row of rows) {
      row.cells[at].dataset.word = row.cells[at].querySelector("span").textContent.trim();
    }
    const words = [...new Set(rows.map((row) => row.cells[at].dataset.word))];
    choose.append(new Option("all", ""), ...words.map((word) => new Option(word, word)));
    labelled(heads[at].textContent.trim(), choose);
  }
  bar.append(said);
  box.prepend(bar);
  show();
}
