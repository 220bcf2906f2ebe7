"use strict";
// The page of a report: sorts the comparison, shows and hides policies, and says what is under the pointer.

(() => {
  const table = document.getElementById("comparison");
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const isBaseline = (row) => row.classList.contains("baseline");

  heads.forEach((head, column) => {
    const key = (row) => {
      const cell = row.cells[column];
      return column === 0 ? cell.textContent : Number(cell.dataset.value);
    };
    head.querySelector("button").addEventListener("click", () => {
      // Names begin with the first letter, figures with the greatest.
      const up = head.ariaSort ? head.ariaSort !== "ascending" : column === 0;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const order = (a, b) => (column === 0 ? a.localeCompare(b) : a - b);
      // The baselines stay below.
      const rows = [...body.rows].sort(
        (a, b) => isBaseline(a) - isBaseline(b) || (up ? 1 : -1) * order(key(a), key(b)),
      );
      body.append(...rows);
    });
  });
})();

(() => {
  const chips = [...document.querySelectorAll("[data-chip]")];
  if (chips.length === 0) return;
  const hidden = new Set();

  const show = () => {
    for (const chip of chips) {
      const off = hidden.has(chip.dataset.chip);
      chip.setAttribute("aria-pressed", String(!off));
      for (const part of document.querySelectorAll(`[data-p="${chip.dataset.chip}"]`)) {
        part.classList.toggle("off", off);
      }
    }
  };
  for (const chip of chips) {
    const own = chip.dataset.chip;
    chip.title = "A click hides or shows it, a double click shows it alone";
    chip.addEventListener("click", () => {
      if (!hidden.delete(own)) hidden.add(own);
      show();
    });
    chip.addEventListener("dblclick", () => {
      const others = chips.map((other) => other.dataset.chip).filter((other) => other !== own);
      const alone = others.every((other) => hidden.has(other));
      hidden.clear();
      if (!alone) others.forEach((other) => hidden.add(other));
      show();
    });
  }

  const SVG = "http:" + "//www.w3.org/2000/svg";
  const tip = document.getElementById("tip");

  /// The figure that is shown (of the wide and the narrow one), and the rectangles of its data.
  const shownIn = (plot, data) => {
    const wide = plot.querySelector(":scope > .wide");
    const isWide = wide.getClientRects().length > 0;
    return isWide ? [wide, data.wide] : [plot.querySelector(":scope > .narrow"), data.narrow];
  };

  /// A point of the screen in the drawing's own units.
  const inDrawing = (svg, event) => {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / 4 / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale, scale];
  };

  /// A rectangle's place as a share of it, counted from below, in the drawing's own units.
  const at = ([left, top, width, height], x, y) => [left + x * width, top + (1 - y) * height];

  const clear = () => {
    tip.hidden = true;
    document.querySelectorAll(".pointer").forEach((old) => old.remove());
  };

  const shape = (group, name, attributes) => {
    const part = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => part.setAttribute(key, value));
    group.append(part);
  };

  const ring = (group, [x, y]) => {
    shape(group, "circle", { cx: x * 4, cy: y * 4, r: 28, "stroke-width": 8, class: "ring" });
  };

  /// Rows of the box: a policy, and what is said of it.
  const say = (head, rows, event) => {
    tip.replaceChildren();
    if (head) {
      const title = document.createElement("b");
      title.textContent = head;
      tip.append(title);
    }
    for (const [policy, words] of rows) {
      const line = document.createElement("div");
      const chip = chips.find((one) => one.dataset.chip === String(policy));
      line.append(chip.querySelector(".swatch").cloneNode(true));
      const [name, value] = [document.createElement("span"), document.createElement("span")];
      name.textContent = chip.textContent;
      value.textContent = words;
      value.className = "value";
      line.append(name, value);
      tip.append(line);
    }
    tip.hidden = rows.length === 0;
    const { width, height } = tip.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const beside = event.clientX + 18 + width <= room - 4;
    const left = beside ? event.clientX + 18 : event.clientX - 18 - width;
    tip.style.left = `${Math.max(4, Math.min(left, room - width - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(event.clientY - height / 2, innerHeight - height - 4))}px`;
  };

  const visible = (policy) => !hidden.has(String(policy));

  /// What is nearest to the pointer along the axis, of every line.
  const columns = (data, panels, [x, y], group) => {
    const [left, top, width] = panels[0];
    const [, lastTop, , lastHeight] = panels.at(-1);
    const along = (x - left) / width;
    if (along < -0.02 || along > 1.02 || y < top - 20 || y > lastTop + lastHeight + 20) return null;
    let best = -1;
    data.heads.forEach(([place], i) => {
      if (best < 0 || Math.abs(place - along) < Math.abs(data.heads[best][0] - along)) best = i;
    });
    if (best < 0) return null;
    const place = data.heads[best][0];
    for (const panel of panels) {
      const [[x1, y1], [x2, y2]] = [at(panel, place, 0), at(panel, place, 1)];
      shape(group, "line", { x1: x1 * 4, y1: y1 * 4, x2: x2 * 4, y2: y2 * 4, "stroke-width": 4, class: "guide" });
    }
    const lines = data.series.filter((line) => visible(line.p) && line.v[best]);
    for (const line of lines) {
      line.y.forEach((heights, i) => {
        if (typeof heights[best] === "number") ring(group, at(panels[i], place, heights[best]));
      });
    }
    return [data.heads[best][1], lines.map((line) => [line.p, line.v[best]])];
  };

  /// The nearest mark, and those that lie under it.
  const points = (data, panels, [x, y, scale], group) => {
    const shown = data.points.filter((point) => visible(point.p));
    const places = shown.map((point) => at(panels[point.panel], point.x, point.y));
    const far = places.map(([px, py]) => Math.hypot(px - x, py - y));
    const least = Math.min(...far);
    if (!(least < 44 * scale)) return null;
    const nearest = places[far.indexOf(least)];
    const rows = shown
      .filter((_, i) => Math.hypot(places[i][0] - nearest[0], places[i][1] - nearest[1]) < 5)
      .map((point) => [point.p, point.v]);
    ring(group, nearest);
    return ["", rows];
  };

  const bars = (data, panels, [x, y]) => {
    const under = panels.findIndex(
      ([left, top, width, height]) => y >= top - 4 && y <= top + height + 4 && x >= left && x <= left + width,
    );
    if (under < 0 || !visible(data.bars[under][0])) return null;
    return ["", [data.bars[under]]];
  };

  const kinds = { columns, points, bars };
  for (const figure of document.querySelectorAll("figure")) {
    const plot = figure.querySelector(".plot");
    const source = figure.querySelector("script");
    if (!plot || !source) continue;
    const data = JSON.parse(source.textContent);
    const point = (event) => {
      clear();
      const [svg, panels] = shownIn(plot, data);
      const group = document.createElementNS(SVG, "g");
      group.setAttribute("class", "pointer");
      const found = kinds[data.kind](data, panels, inDrawing(svg, event), group);
      if (!found) return;
      svg.append(group);
      say(found[0], found[1], event);
    };
    plot.addEventListener("pointermove", point);
    plot.addEventListener("pointerdown", point);
    // A finger that is lifted leaves what it asked for; a touch elsewhere or scrolling closes it.
    plot.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && clear());
  }
  addEventListener("scroll", clear, { passive: true });
  addEventListener("pointerdown", (event) => event.target.closest(".plot") || clear());
  addEventListener("keydown", (event) => event.key === "Escape" && clear());
})();
