"use strict";
(() => {
  const $ = id => document.getElementById(id), list = $("list");
  const items = [...list.children].map(li => ({ li, ...li.firstElementChild.dataset }));

  // -- filter and sort ---------------------------------------------------------------------------------------------------------
  const severity = ["DISAGREEMENT", "ERROR", "REFUTED", "VACUOUS", "UNDECIDED", "PROVED"];
  const orders = {
    number: (a, b) => a.number - b.number,
    severity: (a, b) => b.failed - a.failed || severity.indexOf(a.verdict) - severity.indexOf(b.verdict) || a.number - b.number,
    seconds: (a, b) => b.seconds - a.seconds,
    title: (a, b) => a.title.localeCompare(b.title),
  };
  const ticks = [...document.querySelectorAll("input[name=verdict]")];
  function show() {
    const words = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const allowed = new Set(ticks.filter(t => t.checked).map(t => t.value));
    let n = 0;
    for (const item of items) {
      item.li.hidden = !(allowed.has(item.verdict) && words.every(w => item.text.includes(w)));
      n += !item.li.hidden;
    }
    $("shown").textContent = n === items.length ? `${n} claims` : `${n} of ${items.length} claims`;
    $("nothing").hidden = n > 0 || items.length === 0;
  }
  $("find").addEventListener("input", show);
  ticks.forEach(t => t.addEventListener("change", show));
  $("sort").addEventListener("change", () => list.append(...[...items].sort(orders[$("sort").value]).map(i => i.li)));
  $("reset").addEventListener("click", () => { $("find").value = ""; ticks.forEach(t => { t.checked = true; }); show(); $("find").focus(); });
  $("tools").hidden = items.length < 2;
  show();

  // -- the panel: heavy ball from rest, x₊ = x + β(x − x₋) − ηhx ---------------------------------------------------------------
  const COUNT = 61, STEPS = 120;
  function roots(etah, beta) {
    const half = (1 + beta - etah) / 2, d = half * half - beta;
    const regime = Math.abs(d) < 1e-9 ? "critically damped" : d < 0 ? "under-damped" : "over-damped";
    const w = Math.sqrt(Math.abs(d));
    const pair = d < 0 ? [[half, w], [half, -w]] : [[half + w, 0], [half - w, 0]];
    return { pair, regime, radius: Math.max(...pair.map(([a, b]) => Math.hypot(a, b))) };
  }
  function residuals(etah, beta, steps) {
    const seen = [1];
    let before = 1, x = 1;
    for (let k = 0; k < steps; k++) {
      [x, before] = [x + beta * (x - before) - etah * x, x];
      seen.push(x);
    }
    return seen;
  }
  function state(eta, beta, kappa, steps) {
    const eigenvalues = Array.from({ length: COUNT }, (_, i) => kappa ** (i / (COUNT - 1) - 1));
    const modes = eigenvalues.map(h => ({ h, ...roots(eta * h, beta) }));
    const curves = eigenvalues.map(h => residuals(eta * h, beta, steps));
    const worst = Array.from({ length: steps + 1 }, (_, k) => Math.max(...curves.map(c => Math.abs(c[k]))));
    return { modes, worst, rate: Math.max(...modes.map(m => m.radius)) };
  }
  window.cdmtheory = { roots, residuals, state };  // for the tests

  const SVG = "http://www.w3.org/2000/svg";
  function element(kind, attributes, text) {
    const made = document.createElementNS(SVG, kind);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }
  const stroke = (name, width) => `stroke: var(${name}); stroke-width: ${width}; fill: none`;
  const fill = name => `fill: var(${name})`;

  function drawPlane(modes) {
    const parts = [element("circle", { r: 1, style: stroke("--grid", 0.012) }), element("path", { d: "M-1.3 0H1.3M0-1.3V1.3", style: stroke("--grid", 0.006) })];
    const clip = z => Math.max(-1.3, Math.min(1.3, z));
    for (const m of modes) for (const [a, b] of m.pair) parts.push(element("circle", { cx: clip(a), cy: clip(-b), r: 0.018, style: fill("--c0") }));
    for (const [m, name] of [[modes[0], "--c1"], [modes[COUNT - 1], "--ink"]]) {
      for (const [a, b] of m.pair) parts.push(element("circle", { cx: clip(a), cy: clip(-b), r: 0.045, style: stroke(name, 0.025) }));
    }
    parts.push(element("circle", { cx: -1.2, cy: -1.22, r: 0.045, style: stroke("--c1", 0.025) }), element("text", { x: -1.12, y: -1.18, "font-size": 0.12 }, "h = μ"));
    parts.push(element("circle", { cx: 0.86, cy: -1.22, r: 0.045, style: stroke("--ink", 0.025) }), element("text", { x: 0.94, y: -1.18, "font-size": 0.12 }, "h = L"));
    $("plane").replaceChildren(...parts);
  }
  function drawCurve(worst, rate) {
    const last = worst.length - 1, low = -8, high = 3;
    const x = k => 40 + 250 * k / last, y = value => 10 + 220 * (high - Math.max(low, Math.min(high, Math.log10(Math.max(value, 1e-300))))) / (high - low);
    const parts = [element("path", { d: "M40 10V230H290", style: stroke("--soft", 1) })];
    for (let n = low; n <= high; n += 2) {
      parts.push(element("path", { d: `M40 ${y(10 ** n)}h4`, style: stroke("--soft", 1) }), element("text", { x: 36, y: y(10 ** n) + 4, "font-size": 11, "text-anchor": "end" }, n === 0 ? "1" : `1e${n}`));
    }
    for (let i = 0; i <= 4; i++) parts.push(element("text", { x: x(last * i / 4), y: 246, "font-size": 11, "text-anchor": "middle" }, Math.round(last * i / 4)));
    parts.push(element("text", { x: 165, y: 264, "font-size": 12, "text-anchor": "middle" }, "step k"), element("text", { x: 284, y: 24, "font-size": 12, "text-anchor": "end" }, "worst |p_k|, and ρ^k (dashed)"));
    const line = f => worst.map((v, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${y(f(v, k)).toFixed(1)}`).join("");
    parts.push(element("path", { d: line((_, k) => rate ** k), style: stroke("--c1", 1.5), "stroke-dasharray": "5 3" }), element("path", { d: line(v => v), style: stroke("--c0", 2) }));
    $("curve").replaceChildren(...parts);
  }
  const short = z => z.toPrecision(z >= 0.9995 && z < 1 ? 6 : 4);
  function draw() {
    const eta = +$("eta").value, beta = +$("beta").value, kappa = 10 ** +$("kappa").value;
    const steps = Math.round(STEPS * Math.max(1, Math.min(8, Math.sqrt(kappa) / 10)));
    const { modes, worst, rate } = state(eta, beta, kappa, steps);
    $("eta-value").value = `${eta.toFixed(2)}/L`;
    $("beta-value").value = beta.toFixed(3);
    $("kappa-value").value = kappa < 10 ? kappa.toFixed(2) : kappa.toFixed(0);
    drawPlane(modes);
    drawCurve(worst, rate);
    const at = m => `${m.regime}, ρ = ${short(m.radius)}`;
    const verdict = rate >= 1 ? "it does not converge" : `${Math.ceil(Math.log(1e6) / -Math.log(rate))} steps per factor of a million, in the end`;
    $("says").textContent = `At μ: ${at(modes[0])}. At L: ${at(modes[COUNT - 1])}. Worst rate ${short(rate)}: ${verdict}.`;
  }
  const presets = {
    gd: () => [1, 0],
    cdm: kappa => { const eta = Math.min(+$("eta").value, 4 / (1 + kappa ** -0.5) ** 2); return [eta, (1 - Math.sqrt(eta / kappa)) ** 2]; },
    polyak: kappa => { const s = kappa ** -0.5; return [4 / (1 + s) ** 2, ((1 - s) / (1 + s)) ** 2]; },
  };
  for (const button of document.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => {
      const [eta, beta] = presets[button.dataset.preset](10 ** +$("kappa").value);
      for (const [name, value] of [["eta", eta], ["beta", beta]]) { $(name).step = "any"; $(name).value = value; }
      draw();
    });
  }
  for (const name of ["eta", "beta", "kappa"]) $(name).addEventListener("input", draw);
  $("panel").hidden = false;
  draw();
})();
