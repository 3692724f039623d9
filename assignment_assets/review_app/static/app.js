// Live counters: how many of each kind are ticked, others' uses included. Everything works without them.
function count() {
  for (const counter of document.querySelectorAll("[data-counter]")) {
    const ticked = document.querySelectorAll(`input[data-kind="${counter.dataset.counter}"]:checked:not([data-counted])`);
    const used = ticked.length + Number(counter.dataset.others || 0);
    const over = used - Number(counter.dataset.limit);
    counter.querySelector("output").textContent = used;
    counter.classList.toggle("too-many", over > 0);
    counter.querySelector(".over").textContent = over > 0 ? `untick ${over}` : "";
  }
}
document.addEventListener("change", count);
count();
document.getElementById("fault")?.focus();
