/* The page around the engine: what is seen, and what the reader may do. */

const here = document.querySelector("[data-explore]");
const find = (name, value) => here.querySelector(value === undefined ? `[data-${name}]` : `[data-${name}="${value}"]`);
const { usual, sliders, kinds } = JSON.parse(find("settings").textContent);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const PACE = { moving: 20, calm: 10 }; // generations in a second; calm ones all at once
const WINDOW = 240; // generations on the chart

let settings = { ...usual, ...fromAddress() };
let populations, courses, changes, playing = false, seen = true, due = 0, before = 0;

/** Settings in the address, such as #explore:seed=7;block=25; what is not understood is ignored. */
function fromAddress() {
  const found = {}, said = /^#explore:([\w.;=]+)$/.exec(location.hash);
  for (const [name, value] of said ? said[1].split(";").map((part) => part.split("=")) : []) {
    const number = Number(value), slider = sliders.find((one) => one.name === name);
    if (slider ? slider.values.includes(number) : name === "seed" && Number.isInteger(number) && number >= 0 && number < 2 ** 32) {
      found[name] = number;
    }
  }
  return found;
}

function toAddress() {
  const named = ["seed", ...sliders.map((slider) => slider.name)];
  const said = named.filter((name) => settings[name] !== usual[name]).map((name) => `${name}=${settings[name]}`);
  history.replaceState(null, "", said.length ? `#explore:${said.join(";")}` : location.pathname + location.search);
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
  find("do", "play").setAttribute("aria-pressed", String(on));
  before = performance.now();
  due = 0;
  if (on) requestAnimationFrame(tick);
  else tell();
}

function tick(now) {
  if (!playing) return;
  due += Math.min(now - before, 1000) / 1000;
  before = now;
  const speed = calm.matches ? PACE.calm : PACE.moving, pause = calm.matches ? 1.5 : 1 / speed;
  if (seen && due >= pause) {
    advance(Math.min(Math.floor(due * speed), calm.matches ? 15 : 4));
    due = calm.matches ? 0 : due % pause;
  }
  requestAnimationFrame(tick);
}

const percent = (value) => `${Math.round(100 * value)} %`;

/** For those who listen. */
function tell() {
  const { clonal, sexual } = populations;
  find("told").textContent = `Generation ${clonal.generation}: mean pay ${percent(clonal.mean)} clonal, ${percent(sexual.mean)} sexual.`;
}

function colors() {
  const style = getComputedStyle(here), of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { clonal: of("without"), sexual: of("with"), quiet: of("quiet"), line: of("line"), ink: of("ink") };
}

/** A canvas as sharp as the screen; its context is scaled to the page's pixels. */
function cleared(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas, sharp = devicePixelRatio || 1;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  const context = canvas.getContext("2d");
  context.scale(sharp, sharp);
  return { context, width, height };
}

function draw() {
  const palette = colors();
  for (const kind of kinds) {
    drawGenomes(find("genomes", kind), populations[kind], palette[kind], palette.line);
    find("pay", kind).textContent = `pays ${percent(populations[kind].mean)}`;
  }
  drawChart(find("chart"), palette);
  find("now").textContent = `generation ${populations.clonal.generation}, seed ${settings.seed}`;
}

function drawGenomes(canvas, population, color, out) {
  const { context, width, height } = cleared(canvas), { size, loci, block } = population.settings;
  const blocks = loci / block, gap = blocks > 1 ? Math.min(3, width / blocks / 4) : 0, each = (width - gap * (blocks - 1)) / loci;
  const rows = Array.from(population.values.keys()).sort((a, b) => population.values[b] - population.values[a]);
  const tall = height / size;
  rows.forEach((row, at) => {
    for (let first = 0; first < loci; first += block) {
      const whole = population.complete(row, first);
      for (let locus = first; locus < first + block; locus++) {
        const placed = population.genomes[row * loci + locus] === population.target[locus];
        context.fillStyle = placed ? color : out;
        context.globalAlpha = whole || !placed ? 1 : 0.35;
        context.fillRect(locus * each + (first / block) * gap, at * tall, each + 0.15, tall + 0.15);
      }
    }
  });
  context.globalAlpha = 1;
}

function drawChart(canvas, palette) {
  const { context, width, height } = cleared(canvas), left = 34, bottom = 20, top = 14;
  const last = courses.clonal.length - 1, first = Math.max(0, last - WINDOW);
  const x = (generation) => left + ((generation - first) / WINDOW) * (width - left - 4);
  const y = (pay) => top + (1 - pay) * (height - top - bottom);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = palette.quiet;
  context.strokeStyle = palette.line;
  for (const pay of [0, 0.5, 1]) {
    context.beginPath();
    context.moveTo(left, y(pay));
    context.lineTo(width, y(pay));
    context.stroke();
    context.fillText(pay === 1 ? "all" : pay === 0 ? "0" : "half", 2, y(pay) + 4);
  }
  for (const change of changes.filter((generation) => generation >= first)) {
    context.strokeStyle = palette.quiet;
    context.setLineDash([1, 3]);
    context.beginPath();
    context.moveTo(x(change), top);
    context.lineTo(x(change), height - bottom);
    context.stroke();
  }
  context.setLineDash([]);
  context.fillText("mean pay; dotted: the world changes", left, height - 5);
  for (const kind of kinds) {
    context.strokeStyle = palette[kind];
    context.lineWidth = 2;
    context.setLineDash(kind === "clonal" ? [6, 3] : []);
    context.beginPath();
    for (let generation = first; generation <= last; generation++) context.lineTo(x(generation), y(courses[kind][generation]));
    context.stroke();
  }
  context.setLineDash([]);
}

function show(slider) {
  const input = find("setting", slider.name), at = slider.values.indexOf(settings[slider.name]);
  input.value = String(at);
  input.setAttribute("aria-valuetext", slider.words[at]);
  find("shown", slider.name).textContent = slider.words[at];
}

function start() {
  for (const slider of sliders) {
    find("setting", slider.name).addEventListener("input", (event) => {
      settings = { ...settings, [slider.name]: slider.values[Number(event.target.value)] };
      for (const kind of kinds) populations[kind].change({ [slider.name]: settings[slider.name] });
      show(slider);
      toAddress();
      draw();
    });
  }
  const actions = {
    play: () => play(!playing),
    step: () => { play(false); advance(1); tell(); },
    reset: () => { play(false); reset(); tell(); },
    seed: () => { settings = { ...settings, seed: (settings.seed % 999) + 1 }; toAddress(); reset(); tell(); },
  };
  for (const [name, action] of Object.entries(actions)) find("do", name).addEventListener("click", action);
  const again = () => { settings = { ...usual, ...fromAddress() }; sliders.forEach(show); play(false); reset(); };
  addEventListener("hashchange", () => { if (location.hash.startsWith("#explore:")) again(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  new ResizeObserver(draw).observe(here.querySelector(".explore-pair"));
  new IntersectionObserver(([entry]) => { seen = entry.isIntersecting; }).observe(here);
  here.querySelector(".explore-live").hidden = false;
  sliders.forEach(show);
  reset();
}

start();
