// What is wrong with how a page lies in its window, in words: elements that reach beyond the window although nothing
// scrolls them, texts of figures that lie on each other or leave their drawing, and blocks that lie on each other.
(() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const scrolled = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
    }
    return false;
  };
  const said = (element) => `${element.tagName} “${element.textContent.trim().slice(0, 40)}”`;
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility()) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || element.closest("svg") !== null && element.tagName !== "svg") continue;
    if ((box.right > width + 1 || box.left < -1) && !scrolled(element)) faults.push(`${said(element)} reaches to ${box.right}`);
  }
  for (const svg of document.querySelectorAll(".plot > svg")) {
    if (!svg.checkVisibility()) continue;
    const name = svg.closest("figure").id;
    const whole = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent.trim(), text.getBoundingClientRect()]);
    texts.forEach(([words, box], i) => {
      if (box.left < whole.left - 1 || box.right > whole.right + 1 || box.top < whole.top - 1 || box.bottom > whole.bottom + 1) {
        faults.push(`${name}: “${words}” leaves the figure`);
      }
      for (const [others, other] of texts.slice(0, i)) {
        const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        // A line of text is higher than its letters.
        const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (across > 1 && down > 0.3 * Math.min(box.height, other.height)) faults.push(`${name}: “${words}” lies on “${others}”`);
      }
    });
  }
  const seen = [...document.querySelectorAll("h1, h2, h3, p, figcaption, summary, .scroll, .plot > svg, pre, .facts")]
    .filter((element) => element.checkVisibility() && !element.closest("#tip"));
  seen.forEach((element, i) => {
    const box = element.getBoundingClientRect();
    for (const other of seen.slice(Math.max(0, i - 6), i)) {
      if (other.contains(element)) continue;
      const before = other.getBoundingClientRect();
      const across = Math.min(box.right, before.right) - Math.max(box.left, before.left);
      const down = Math.min(box.bottom, before.bottom) - Math.max(box.top, before.top);
      if (across > 1 && down > 1) faults.push(`${said(element)} lies on ${said(other)}`);
    }
  });
  return faults;
})()
