// What a keyboard, a screen reader or a weak eye would stumble over on this page, a sentence each.
(() => {
  const found = [];
  const say = (element, what) => found.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isShown = (element) => element.getClientRects().length && getComputedStyle(element).visibility !== "hidden";
  const named = (element) => {
    const ids = (element.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
    const texts = [element.getAttribute("aria-label"), element.getAttribute("title"), element.innerText,
      ...ids.map((id) => document.getElementById(id)?.innerText), ...[...(element.labels || [])].map((each) => each.textContent)];
    return texts.some((text) => text && text.trim());
  };

  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title.trim()) found.push("the page has no title");
  if (all("main").length !== 1) found.push(`the page has ${all("main").length} main parts`);
  if (all("h1").length !== 1) found.push(`the page has ${all("h1").length} first headings`);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6").filter(isShown)) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) say(heading, "a heading that skips a level");
    level = own;
  }
  const ids = all("[id]").map((each) => each.id);
  for (const id of new Set(ids.filter((each, place) => ids.indexOf(each) !== place))) found.push(`the id ${id} stands twice`);
  for (const name of ["aria-labelledby", "aria-describedby", "aria-controls", "for"])
    for (const element of all(`[${name}]`))
      for (const id of element.getAttribute(name).split(" "))
        if (!ids.includes(id)) say(element, `${name} names what is not there`);
  for (const element of all("input:not([type=hidden]), select, textarea, button, a[href], summary, form[aria-label]"))
    if (isShown(element) && !named(element)) say(element, "no name");
  for (const element of all("img")) if (!element.hasAttribute("alt")) say(element, "no text in place of the picture");
  for (const element of all("th")) if (!element.scope) say(element, "a header that belongs to nothing");
  for (const element of all("table")) if (!element.caption) say(element, "a table without a caption");
  for (const list of all("ul, ol"))
    for (const child of list.children) if (child.tagName !== "LI") say(child, "in a list, but no item of it");
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) say(element, "an order of its own for the keyboard");
  for (const element of all("a a, a button, button a, button button, label label")) say(element, "one control in another");

  const shade = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([red, green, blue]) => [red, green, blue].map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, place) => sum + each * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = shade(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !isShown(element) || element.closest(":disabled, .sr, script, style")) continue;
    const style = getComputedStyle(element);
    const [one, two] = [light(shade(style.color)), light(behind(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if ((one + 0.05) / (two + 0.05) < (isLarge ? 3 : 4.5)) say(element, `too little contrast (${((one + 0.05) / (two + 0.05)).toFixed(2)})`);
  }
  for (const element of all("button, input[type=checkbox], select, summary")) {
    const box = (element.closest("label") || element).getBoundingClientRect();
    if (isShown(element) && (box.width < 24 || box.height < 24)) say(element, `a target of ${box.width.toFixed()} × ${box.height.toFixed()}`);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`the page is ${wide} pixels wider than the window`);
  return found;
})()
