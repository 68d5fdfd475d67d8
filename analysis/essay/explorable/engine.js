"use strict";
/* Populations of conspirators, clonal and sexual: the simulator of mixability in a page, draw for draw.
 *
 * A locus is a player, 1 where it is in place; a block of loci pays its share where all of its players are. Every random
 * number is a hash of where it is used (SplitMix64's finaliser), as in sim/draws.py. 64-bit words are pairs of 32 bits,
 * for whole numbers are exact in a page up to 2^53 only. */

const LANES = { parents: 0, sex: 1, recombination: 3, mutation: 4, environment: 10 };
const GOLDEN = [0x9e3779b9, 0x7f4a7c15], FIRST = [0xbf58476d, 0x1ce4e5b9], SECOND = [0x94d049bb, 0x133111eb];
const ROLE = 2 ** 24;

/** The low and high half of a product modulo 2^64. */
function times(ah, al, bh, bl) {
  const a0 = al & 0xffff, a1 = al >>> 16, b0 = bl & 0xffff, b1 = bl >>> 16;
  const low = a0 * b0, cross = a1 * b0 + (low >>> 16), middle = a0 * b1 + (cross % 0x10000);
  const carried = a1 * b1 + Math.floor(cross / 0x10000) + Math.floor(middle / 0x10000);
  const high = (carried + Math.imul(ah, bl) + Math.imul(al, bh)) | 0;
  return [high >>> 0, (((middle % 0x10000) << 16) | (low & 0xffff)) >>> 0];
}

/** The 64 bits number `index` (below 2^32 of a `lane`) of the stream `state`. */
function branch([sh, sl], lane, index) {
  const low = index + 1, [gh, gl] = times(lane + (low > 0xffffffff ? 1 : 0), low >>> 0, GOLDEN[0], GOLDEN[1]);
  const sum = sl + gl;
  let h = (sh + gh + (sum > 0xffffffff ? 1 : 0)) >>> 0, l = sum >>> 0;
  [h, l] = times((h ^ (h >>> 30)) >>> 0, (l ^ ((l >>> 30) | (h << 2))) >>> 0, FIRST[0], FIRST[1]);
  [h, l] = times((h ^ (h >>> 27)) >>> 0, (l ^ ((l >>> 27) | (h << 5))) >>> 0, SECOND[0], SECOND[1]);
  return [(h ^ (h >>> 31)) >>> 0, (l ^ ((l >>> 31) | (h << 1))) >>> 0];
}

/** A number in [0, 1) with 53 random bits. */
function uniform(state, lane, index) {
  const [h, l] = branch(state, lane, index);
  return (h * 2 ** 21 + (l >>> 11)) * 2 ** -53;
}

/** The key of a seed below 2^32: NumPy's SeedSequence (O'Neill 2015), its first 64 bits. */
function keyOf(seed) {
  let constant = 0x43b0d7e5;
  const mixed = (value) => {
    value ^= constant;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  };
  const pool = [seed, 0, 0, 0].map(mixed);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const both = (Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, mixed(pool[from]))) | 0;
      pool[to] = (both ^ (both >>> 16)) >>> 0;
    }
  }
  constant = 0x8b51f9dd;
  const [low, high] = pool.slice(0, 2).map((value) => {
    value ^= constant;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  });
  return [high, low];
}

/** Cumulative probabilities of 0, 1, 2 .. of a Poisson number. */
function poissonTable(mean) {
  if (mean === 0) return [1];
  const table = [], most = Math.trunc(mean + 10 * Math.sqrt(mean) + 20);
  for (let count = 0, term = Math.exp(-mean), sum = 0; count <= most; count++, term *= mean / count) {
    table.push((sum += term));
  }
  table[most] = 1;
  return table;
}

function countBelow(table, u) {
  let count = 0;
  while (u >= table[count]) count++;
  return count;
}

/** exp(x) for x <= 0, rounded alike on every machine: exp(x) = 2^n exp(r) with |r| < .35. */
function exponential(x) {
  if (!(x > -708)) return 0;
  const round = 1.5 * 2 ** 52, n = x * 1.4426950408889634 + round - round;
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
  let series = 0;
  for (let k = 13; k >= 0; k--) series = INVERSE_FACTORIALS[k] + r * series;
  return series * 2 ** n;
}
const INVERSE_FACTORIALS = Array.from({ length: 14 }, (_, k) => {
  let factorial = 1;
  for (let i = 2; i <= k; i++) factorial *= i;
  return 1 / factorial;
});

/** What a complete block of `size` of `loci` pays, on a grid on which sums are exact. */
function payOf(loci, size) {
  let largest = 0;
  for (let block = 0; block < loci / size; block++) largest += size / loci;
  const step = 2 ** (Math.ceil(Math.log2(largest)) - 51);
  return Math.round(size / loci / step) * step;
}

/** One population. Settings: seed, size, loci, block, selection, mutation, recombination, sex (0 or 1), every, turned. */
class Population {
  constructor(settings) {
    this.settings = settings;
    this.key = keyOf(settings.seed);
    this.pay = payOf(settings.loci, settings.block);
    this.generation = 0;
    this.genomes = new Uint8Array(settings.size * settings.loci).fill(1);
    this.target = new Uint8Array(settings.loci).fill(1);
    this.values = new Float64Array(settings.size);
    this._judge();
  }

  /** Mean pay, 0 to 1. */
  get mean() {
    return this.values.reduce((sum, value) => sum + value, 0) / this.values.length;
  }

  /** Change what may be changed while it runs: mutation, recombination, every, turned, selection, block. */
  change(settings) {
    this.settings = { ...this.settings, ...settings };
    this.pay = payOf(this.settings.loci, this.settings.block);
    this._judge();
  }

  /** The next generation. */
  step() {
    const { size, loci, selection, mutation, recombination, sex, every, turned } = this.settings;
    const stream = branch(this.key, 0, ++this.generation);
    const streams = Array.from({ length: size }, (_, child) => branch(stream, 0, child));
    const fitness = this.values.map((value) => selection * value), top = Math.max(...fitness);
    const chances = fitness.map((value) => exponential(value - top));
    const draw = drawing(chances);
    const mutations = poissonTable(loci * (mutation > 0 ? -Math.log1p(-2 * mutation) / 2 : 0));
    const map = recombination < 0.5 ? mapOf(loci, recombination) : null;
    const children = new Uint8Array(this.genomes.length);
    for (let child = 0; child < size; child++) {
      const own = streams[child], mother = draw(own, 0), father = sex ? draw(own, 1) : mother;
      const fromFather = sex ? strand(loci, map, own) : null;
      for (let locus = 0; locus < loci; locus++) {
        children[child * loci + locus] = this.genomes[(fromFather && fromFather[locus] ? father : mother) * loci + locus];
      }
      const points = countBelow(mutations, uniform(own, LANES.mutation, 0));
      for (let point = 1; point <= points; point++) {
        children[child * loci + Math.floor(uniform(own, LANES.mutation, point) * loci)] ^= 1;
      }
    }
    this.genomes = children;
    if (every > 0 && this.generation % every === 0) this._turn(turned);
    this._judge();
  }

  /** What it is the generation's turn to do otherwise: `turned` loci, drawn one after another from those left. */
  _turn(turned) {
    const own = branch(this.key, LANES.environment, this.generation), left = Array.from(this.target.keys());
    for (let number = 0; number < turned; number++) {
      const at = number + Math.floor(uniform(own, 0, number) * (left.length - number));
      [left[number], left[at]] = [left[at], left[number]];
      this.target[left[number]] ^= 1;
    }
  }

  _judge() {
    const { size, loci, block } = this.settings;
    for (let row = 0; row < size; row++) {
      let value = 0;
      for (let first = 0; first < loci; first += block) if (this.complete(row, first)) value += this.pay;
      this.values[row] = value;
    }
  }

  /** Whether all players of the block that begins at a locus are in place. */
  complete(row, first) {
    for (let locus = first; locus < first + this.settings.block; locus++) {
      if (this.genomes[row * this.settings.loci + locus] !== this.target[locus]) return false;
    }
    return true;
  }
}

/** An individual is drawn by its chance: again until one is taken, or, where that takes long, by its alias. */
function drawing(chances) {
  const total = chances.reduce((sum, chance) => sum + chance, 0), size = chances.length;
  const aliases = size / total > 3 ? aliased(chances, total) : null;
  return (own, role) => {
    for (let attempt = 0; ; attempt++) {
      const at = uniform(own, LANES.parents, role * ROLE + attempt) * size, chosen = Math.floor(at);
      if (at - chosen < chances[chosen]) return chosen;
      if (aliases) return aliases[chosen];
    }
  };
}

/** Aliases (Walker 1977, Vose 1991); makes the chances those that go with them. */
function aliased(chances, total) {
  const size = chances.length, aliases = Array.from(chances.keys()), small = [], large = [];
  for (let i = 0; i < size; i++) {
    chances[i] = (chances[i] / total) * size;
    (chances[i] < 1 ? small : large).push(i);
  }
  while (small.length && large.length) {
    const less = small.pop(), more = large[large.length - 1];
    aliases[less] = more;
    chances[more] -= 1 - chances[less];
    if (chances[more] < 1) small.push(large.pop());
  }
  for (const i of [...small, ...large]) chances[i] = 1;
  return aliases;
}

/** Hazards of recombination along the loci, and how many points fall on them. */
function mapOf(loci, rate) {
  const hazard = [0];
  for (let locus = 1; locus < loci; locus++) hazard.push(hazard[locus - 1] - Math.log1p(-rate));
  return { hazard, points: poissonTable(hazard[loci - 1]) };
}

/** Whether each locus comes from the father: on its own, or along a map with a change where a point falls. */
function strand(loci, map, own) {
  const found = new Uint8Array(loci);
  if (!map) {
    for (let word = 0; word * 64 < loci; word++) {
      const halves = branch(own, LANES.recombination, word);
      for (let bit = 0; bit < 64 && word * 64 + bit < loci; bit++) {
        found[word * 64 + bit] = (halves[bit < 32 ? 1 : 0] >>> (bit % 32)) & 1;
      }
    }
    return found;
  }
  const { hazard, points } = map, count = countBelow(points, uniform(own, LANES.recombination, 1));
  for (let point = 0; point < count; point++) {
    const target = uniform(own, LANES.recombination, 2 + point) * hazard[loci - 1];
    found[hazard.findIndex((end) => end > target)] = 1;
  }
  found[0] = branch(own, LANES.recombination, 0)[1] & 1;
  for (let locus = 1; locus < loci; locus++) found[locus] ^= found[locus - 1];
  return found;
}
