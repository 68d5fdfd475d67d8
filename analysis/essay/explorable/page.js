/* The page around the engine: what is seen, and what the reader may do. */

const here = document.currentScript.previousElementSibling;
const find = (name, value) => here.querySelector(value === undefined ? `[data-${name}]` : `[data-${name}="${value}"]`);
const { usual, sliders, kinds } = JSON.parse(find("settings").textContent);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const PACE = { moving: { pause: 0.05, generations: 1, most: 4 }, calm: { pause: 1.5, generations: 15, most: 1 } }; // seconds
const WINDOW = 240; // generations on the chart
const ADDRESS = "#explore:";

let settings = { ...usual, ...fromAddress() };
let populations, courses, changes, playing = false, seen = true, frame = 0, due = 0, before = 0;

/** Settings in the address, such as #explore:seed=7;block=25; what is not understood is ignored. */
function fromAddress() {
  const found = {}, said = location.hash.startsWith(ADDRESS) ? location.hash.slice(ADDRESS.length).split(";") : [];
  for (const [, name, digits] of said.map((part) => /^(\w+)=(\d+(?:\.\d+)?)$/.exec(part) ?? [])) {
    const number = Number(digits), slider = sliders.find((one) => one.name === name);
    const isSeed = name === "seed" && Number.isInteger(number) && number < 2 ** 32;
    if (slider ? slider.values.includes(number) : isSeed) found[name] = number;
  }
  return found;
}

/** Keep what is not as usual in the address, which may be shared; the page's own anchors stay while all is. */
function toAddress() {
  const named = ["seed", ...sliders.map((slider) => slider.name)].filter((name) => settings[name] !== usual[name]);
  if (!named.length && !location.hash.startsWith(ADDRESS)) return;
  const said = named.map((name) => `${name}=${settings[name]}`).join(";");
  const address = said ? ADDRESS + said : location.pathname + location.search;
  try { history.replaceState(null, "", address); } catch { /* some browsers refuse when it is asked often */ }
}

function reset() {
  populations = Object.fromEntries(kinds.map((kind) => [kind, new Population({ ...settings, sex: kind === "sexual" ? 1 : 0 })]));
  courses = Object.fromEntries(kinds.map((kind) => [kind, [populations[kind].mean]]));
  changes = [];
  draw();
}

function advance(generations) {
  for (let i = 0; i < generations; i++) {
    for (const kind of kinds) {
      populations[kind].step();
      courses[kind].push(populations[kind].mean);
    }
    const now = populations.clonal.generation;
    if (settings.every && now % settings.every === 0) changes.push(now);
  }
  draw();
}

function play(on) {
  playing = on;
  find("do", "play").textContent = on ? "Pause" : "Play";
  run();
}

/** Go on, where it plays and can be seen. */
function run() {
  cancelAnimationFrame(frame);
  before = performance.now();
  due = 0;
  if (playing && seen) frame = requestAnimationFrame(tick);
}

function tick(now) {
  const { pause, generations, most } = calm.matches ? PACE.calm : PACE.moving;
  due += (now - before) / 1000;
  before = now;
  if (due >= pause) {
    advance(generations * Math.min(Math.floor(due / pause), most));
    due %= pause;
  }
  frame = requestAnimationFrame(tick);
}

const percent = (value) => `${Math.round(100 * value)} %`;

/** For those who listen. */
function tell() {
  const { clonal, sexual } = populations;
  find("told").textContent = `Generation ${clonal.generation}: mean pay ${percent(clonal.mean)} clonal, ${percent(sexual.mean)} sexual.`;
}

function draw() {
  const style = getComputedStyle(here), of = (name) => style.getPropertyValue(`--${name}`).trim();
  const palette = { clonal: of("without"), sexual: of("with"), quiet: of("quiet"), line: of("line"), font: `12px ${style.fontFamily}` };
  const blocks = settings.loci / settings.block;
  for (const kind of kinds) {
    const { mean } = populations[kind];
    drawGenomes(find("genomes", kind), populations[kind], palette[kind], palette.line);
    find("pay", kind).textContent = percent(mean);
    find("blocks", kind).textContent = `pay, ${(mean * blocks).toFixed(1)} of ${blocks} ${blocks > 1 ? "blocks" : "block"}`;
  }
  drawChart(find("chart"), palette);
  find("now").textContent = `generation ${populations.clonal.generation}, seed ${settings.seed}`;
}

/** A row for each individual. Edges lie on the screen's own pixels, or seams between cells would show. */
function drawGenomes(canvas, population, color, out) {
  const { size, loci, block } = population.settings, sharp = devicePixelRatio || 1, blocks = loci / block;
  const width = Math.round(canvas.clientWidth * sharp), form = canvas.clientWidth < 250 ? 1.1 : 0.9;
  const tall = Math.max(1, Math.round((form * width) / size));
  canvas.width = width;
  canvas.height = tall * size;
  canvas.style.height = `${canvas.height / sharp}px`;
  const context = canvas.getContext("2d"), gap = Math.min(3 * sharp, width / blocks / 4), each = (width - gap * (blocks - 1)) / loci;
  const edges = (first, end) => {
    const shift = Math.floor(first / block) * gap, left = Math.round(first * each + shift);
    return [left, Math.round(end * each + shift) - left];
  };
  const fill = (first, end, top, height, style, alpha) => {
    const [left, wide] = edges(first, end);
    context.fillStyle = style;
    context.globalAlpha = alpha;
    context.fillRect(left, top, wide, height);
  };
  for (let first = 0; first < loci; first += block) fill(first, first + block, 0, canvas.height, out, 1);
  ranked(population).forEach((look, at) => {
    for (let first = 0; first < loci; first += block) {
      if (look[first / block] === "1") fill(first, first + block, at * tall, tall, color, 1);
      else for (let locus = first; locus < first + block; locus++) {
        if (look[blocks + locus] === "1") fill(locus, locus + 1, at * tall, tall, color, 0.35);
      }
    }
  });
}

/** The best paid first, those alike side by side: for each individual which blocks are complete, then who is in place. */
function ranked(population) {
  const { size, loci, block } = population.settings, looks = [];
  for (let row = 0; row < size; row++) {
    let look = "";
    for (let first = 0; first < loci; first += block) look += population.complete(row, first) ? "1" : "0";
    for (let locus = 0; locus < loci; locus++) look += population.genomes[row * loci + locus] === population.target[locus] ? "1" : "0";
    looks.push([population.values[row], look]);
  }
  return looks.sort(([pay, look], [other, like]) => other - pay || (look < like ? 1 : look > like ? -1 : 0)).map(([, look]) => look);
}

function drawChart(canvas, palette) {
  const { clientWidth: width, clientHeight: height } = canvas, sharp = devicePixelRatio || 1;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  const context = canvas.getContext("2d"), left = 48, right = width - 6, top = 8, bottom = height - 22;
  const last = courses.clonal.length - 1, first = Math.max(0, last - WINDOW);
  const x = (generation) => left + ((generation - first) / WINDOW) * (right - left), y = (pay) => top + (1 - pay) * (bottom - top);
  const line = (style, dashes, points) => {
    context.strokeStyle = style;
    context.setLineDash(dashes);
    context.beginPath();
    for (const [across, down] of points) context.lineTo(across, down);
    context.stroke();
  };
  context.scale(sharp, sharp);
  context.font = palette.font;
  context.fillStyle = palette.quiet;
  for (const pay of [0, 0.5, 1]) {
    const level = Math.round(y(pay)) + 0.5;
    line(palette.line, [], [[left, level], [right, level]]);
    context.textAlign = "right";
    context.fillText(percent(pay), left - 8, level + 4);
  }
  for (const change of changes.filter((generation) => generation >= first)) {
    const across = Math.round(x(change)) + 0.5;
    line(palette.quiet, [1, 3], [[across, top], [across, bottom]]);
  }
  context.textAlign = "left";
  context.fillText(`generation ${first}`, left, height - 4);
  context.textAlign = "right";
  context.fillText(String(first + WINDOW), right, height - 4);
  context.lineWidth = 2;
  context.lineJoin = "round";
  for (const kind of kinds) {
    line(palette[kind], kind === "clonal" ? [6, 3] : [], courses[kind].slice(first).map((pay, at) => [x(first + at), y(pay)]));
    context.fillStyle = palette[kind];
    context.beginPath();
    context.arc(x(last), y(courses[kind][last]), 4, 0, 2 * Math.PI);
    context.fill();
  }
}

function show(slider) {
  const input = find("setting", slider.name), at = slider.values.indexOf(settings[slider.name]);
  input.value = String(at);
  input.setAttribute("aria-valuetext", slider.words[at]);
  find("shown", slider.name).textContent = slider.words[at];
}

/** Begin anew, with the settings of the address. */
function restore() {
  settings = { ...usual, ...fromAddress() };
  sliders.forEach(show);
  play(false);
  reset();
  if (location.hash.startsWith(ADDRESS)) here.scrollIntoView();
}

function start() {
  for (const slider of sliders) {
    find("setting", slider.name).addEventListener("input", ({ target }) => {
      settings = { ...settings, [slider.name]: slider.values[Number(target.value)] };
      for (const kind of kinds) populations[kind].change({ [slider.name]: settings[slider.name] });
      show(slider);
      toAddress();
      draw();
    });
  }
  const actions = {
    play: () => { play(!playing); if (!playing) tell(); },
    step: () => { play(false); advance(1); tell(); },
    reset: () => { play(false); reset(); tell(); },
    seed: () => { settings = { ...settings, seed: (settings.seed % 999) + 1 }; toAddress(); reset(); tell(); },
  };
  for (const [name, action] of Object.entries(actions)) find("do", name).addEventListener("click", action);
  addEventListener("hashchange", () => { if (location.hash.startsWith(ADDRESS)) restore(); });
  for (const media of ["(prefers-color-scheme: dark)", "print"]) matchMedia(media).addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  // Not at once: what is drawn may be of another height, which an observer may not cause while it observes.
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(here);
  new IntersectionObserver((entries) => { seen = entries.at(-1).isIntersecting; run(); }).observe(here);
  here.querySelector(".explore-live").hidden = false;
  restore();
}

start();
