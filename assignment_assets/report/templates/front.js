"use strict";
// The front as a picture: each point a dot, two objectives as axes, a third as its colour.
// Nothing is fetched; all figures and sentences come with the page.
(() => {
  const SHADES = [[242, 183, 5], [53, 157, 120], [41, 98, 142], [68, 1, 84]];
  const MARGIN = { left: 52, right: 14, top: 14, bottom: 44 };
  const NEAR = 30;

  const svgNode = (name, facts, text) => fill(document.createElementNS("http://www.w3.org/2000/svg", name), facts, text);
  const node = (name, facts, text) => fill(document.createElement(name), facts, text);
  function fill(made, facts = {}, text = "") {
    for (const [name, value] of Object.entries(facts)) made.setAttribute(name, value);
    if (text) made.textContent = text;
    return made;
  }

  function shade(part) {
    const place = Math.min(Math.max(part, 0), 1) * (SHADES.length - 1);
    const low = Math.min(Math.floor(place), SHADES.length - 2);
    return `rgb(${SHADES[low].map((from, k) => Math.round(from + (SHADES[low + 1][k] - from) * (place - low))).join(",")})`;
  }

  function ticks(low, high, most) {
    const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) found.push(k * step);
    return { found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
  }

  function frontOf(part) {
    const { axes, points } = JSON.parse(part.querySelector("script[type='application/json']").textContent);
    const live = part.querySelector(".front-live"), chart = part.querySelector("[data-chart]");
    const reading = part.querySelector("[data-reading]"), scale = part.querySelector("[data-scale]");
    const selects = Object.fromEntries(["x", "y", "z"].map((each) => [each, part.querySelector(`[data-axis=${each}]`)]));
    const showing = { x: 1, y: 0, z: 2 };
    const rows = new Map([...part.querySelectorAll("tbody tr")].map((row, k) => [points[k].point, row]));
    let chosen = points.find((each) => each.marks.includes("chosen")) ?? points.find((each) => each.marks.includes("knee")) ?? points[0];
    let places = new Map(), dots = new Map(), order = [];

    function range(axis) {
      const known = points.map((each) => each.values[axis]).filter((each) => each !== null);
      const low = Math.min(...known), high = Math.max(...known), room = (high - low) * 0.07 || 1;
      return { low: low - room, high: high + room, least: low, most: high };
    }

    function draw() {
      const width = Math.max(Math.round(chart.clientWidth), 280), height = Math.min(460, Math.max(320, Math.round(width * 0.62)));
      const x = range(showing.x), y = range(showing.y), z = range(showing.z);
      const across = (value) => MARGIN.left + (value - x.low) / (x.high - x.low) * (width - MARGIN.left - MARGIN.right);
      const up = (value) => height - MARGIN.bottom - (value - y.low) / (y.high - y.low) * (height - MARGIN.top - MARGIN.bottom);
      const hadFocus = chart.contains(document.activeElement);
      const sheet = svgNode("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "radiogroup", "aria-label": `Points: ${axes[showing.y].title} against ${axes[showing.x].title}` });
      const frame = sheet.appendChild(svgNode("g", { "aria-hidden": "true" }));
      const ofX = ticks(x.low, x.high, width < 480 ? 4 : 7), ofY = ticks(y.low, y.high, 6);
      for (const tick of ofX.found) {
        frame.append(svgNode("line", { class: "grid", x1: across(tick), x2: across(tick), y1: MARGIN.top, y2: height - MARGIN.bottom }),
          svgNode("text", { x: across(tick), y: height - MARGIN.bottom + 17, "text-anchor": "middle" }, tick.toFixed(ofX.digits)));
      }
      for (const tick of ofY.found) {
        frame.append(svgNode("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: up(tick), y2: up(tick) }),
          svgNode("text", { x: MARGIN.left - 8, y: up(tick) + 4, "text-anchor": "end" }, tick.toFixed(ofY.digits)));
      }
      const middle = (MARGIN.top + height - MARGIN.bottom) / 2;
      frame.append(
        svgNode("text", { x: (MARGIN.left + width - MARGIN.right) / 2, y: height - 6, "text-anchor": "middle" }, axes[showing.x].title),
        svgNode("text", { transform: `translate(12 ${middle}) rotate(-90)`, "text-anchor": "middle" }, axes[showing.y].title));
      const guides = frame.appendChild(svgNode("g", {}));
      places = new Map();
      dots = new Map();
      order = points.filter((each) => each.values[showing.x] !== null && each.values[showing.y] !== null)
        .sort((one, other) => one.values[showing.x] - other.values[showing.x] || one.point - other.point);
      const labels = svgNode("g", { "aria-hidden": "true" });
      for (const each of order) {
        const cx = across(each.values[showing.x]), cy = up(each.values[showing.y]), value = each.values[showing.z];
        const dot = svgNode("g", { role: "radio", "aria-checked": "false", tabindex: "-1", "data-point": each.point,
          "aria-label": `Point ${each.point}${each.marks.length ? `, ${each.marks.join(", ")}` : ""}: ${axes.map((axis, k) => `${axis.name} ${each.texts[k]}`).join(", ")}. ${each.price}` });
        if (each.marks.length) {
          dot.append(each.marks.includes("chosen") ? svgNode("circle", { class: "ring", cx, cy, r: 11 })
            : svgNode("rect", { class: "ring", x: cx - 8, y: cy - 8, width: 16, height: 16, transform: `rotate(45 ${cx} ${cy})` }));
          const anchor = cx > width - 70 ? "end" : cx < MARGIN.left + 50 ? "start" : "middle";
          labels.append(svgNode("text", { class: "mark", x: cx, y: cy < MARGIN.top + 30 ? cy + 26 : cy - 17, "text-anchor": anchor }, each.marks.join(", ")));
        }
        dot.append(svgNode("circle", { class: "dot", cx, cy, r: 6.5, fill: value === null ? "#7b8794" : shade((value - z.least) / (z.most - z.least || 1)) }));
        sheet.append(dot);
        places.set(each.point, { cx, cy });
        dots.set(each.point, dot);
      }
      const ring = svgNode("circle", { class: "shown", r: 9.5, "aria-hidden": "true" });
      sheet.append(labels, ring);
      sheet.guide = ({ cx, cy }) => {
        guides.replaceChildren(
          svgNode("line", { class: "guide", x1: cx, x2: cx, y1: cy, y2: height - MARGIN.bottom }),
          svgNode("line", { class: "guide", x1: MARGIN.left, x2: cx, y1: cy, y2: cy }));
        ring.setAttribute("cx", cx);
        ring.setAttribute("cy", cy);
      };
      const nearest = (event) => {
        const box = sheet.getBoundingClientRect(), left = (event.clientX - box.left) * width / box.width, top = (event.clientY - box.top) * height / box.height;
        const far = ({ point }) => Math.hypot(places.get(point).cx - left, places.get(point).cy - top);
        const best = order.reduce((one, other) => (far(other) < far(one) ? other : one));
        return far(best) <= NEAR ? best : null;
      };
      sheet.addEventListener("pointermove", (event) => read(nearest(event) ?? chosen));
      sheet.addEventListener("pointerleave", () => read(chosen));
      sheet.addEventListener("click", (event) => { const found = nearest(event); if (found) choose(found, true); });
      sheet.addEventListener("keydown", walk);
      chart.replaceChildren(sheet);
      scale.children[0].textContent = `Colour: ${axes[showing.z].title}, ${z.least.toFixed(1)}`;
      scale.children[1].style.background = `linear-gradient(to right, ${[0, 1 / 3, 2 / 3, 1].map(shade).join(",")})`;
      scale.children[2].textContent = z.most.toFixed(1);
      choose(dots.has(chosen.point) ? chosen : order[0], hadFocus);
    }

    function walk(event) {
      const here = order.indexOf(chosen);
      const to = { ArrowRight: here + 1, ArrowUp: here + 1, ArrowLeft: here - 1, ArrowDown: here - 1, Home: 0, End: order.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose(order[(to + order.length) % order.length], true);
    }

    function choose(point, takesFocus) {
      chosen = point;
      for (const [each, dot] of dots) {
        dot.setAttribute("aria-checked", String(each === point.point));
        dot.setAttribute("tabindex", each === point.point ? "0" : "-1");
      }
      for (const [each, row] of rows) row.classList.toggle("shown-row", each === point.point);
      if (takesFocus) dots.get(point.point).focus({ preventScroll: true });
      read(point);
    }

    function read(point) {
      chart.firstChild.guide(places.get(point.point));
      const heading = node("p", { class: "front-title" }, `Point ${point.point}`), figures = node("dl");
      for (const mark of point.marks) heading.append(" ", node("span", {}, mark));
      axes.forEach((axis, k) => {
        const against = point.against[k];
        figures.append(node("dt", {}, axis.name), node("dd", {}, point.texts[k]),
          node("dd", against ? { class: against.startsWith("+") ? "worse" : "better" } : {}, against));
      });
      const sentence = point.price && point.price[0].toUpperCase() + point.price.slice(1);
      reading.replaceChildren(heading, ...(sentence ? [node("p", {}, `${sentence}.`)] : []), figures);
    }

    for (const [name, select] of Object.entries(selects)) {
      axes.forEach((axis, k) => select.append(node("option", { value: k }, axis.name)));
      select.value = showing[name];
      select.addEventListener("change", () => {
        const wanted = Number(select.value), other = Object.keys(showing).find((each) => each !== name && showing[each] === wanted);
        if (other) { showing[other] = showing[name]; selects[other].value = showing[other]; }
        showing[name] = wanted;
        draw();
      });
    }
    for (const [point, row] of rows) {
      const cell = row.querySelector("th"), button = node("button", { type: "button", "aria-label": `Show point ${point} in the picture` }, cell.textContent);
      button.addEventListener("click", () => { choose(points.find((each) => each.point === point), false); chart.scrollIntoView({ block: "nearest" }); });
      cell.replaceChildren(button);
    }
    live.hidden = false;
    draw();
    let drawn = chart.clientWidth;
    new ResizeObserver(() => { if (chart.clientWidth !== drawn) { drawn = chart.clientWidth; draw(); } }).observe(chart);
  }

  document.querySelectorAll("[data-front]").forEach(frontOf);
})();
