"use strict";
(() => {
  const tools = document.querySelector("form.tools");
  const open = () => {
    const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = at; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (at) at.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash) open();
  if (!tools) return;
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  const filter = document.getElementById("filter"), order = document.getElementById("order");
  const shown = document.getElementById("shown");
  const lists = [...document.querySelectorAll(".list")].map((list) => [list, [...list.children]]);
  const by = {
    code: (a, b) => a.dataset.code.localeCompare(b.dataset.code, "en"),
    size: (a, b) => Number(b.dataset.size) - Number(a.dataset.size),
    station: (a, b) => a.dataset.station.localeCompare(b.dataset.station, "en", { numeric: true }),
  };
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [list, all] of lists) {
      const here = order.value ? [...all].sort(by[order.value]) : all;
      list.append(...here);
      for (const one of all) {
        one.hidden = !words.every((word) => one.textContent.toLowerCase().includes(word));
        count += one.hidden ? 0 : 1;
      }
    }
    shown.textContent = words.length ? shown.dataset.found.replace("{count}", count) : "";
  };
  filter.addEventListener("input", show);
  order.addEventListener("change", show);
})();
