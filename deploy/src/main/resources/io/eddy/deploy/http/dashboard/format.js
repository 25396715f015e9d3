// Numbers and times as people read them.

const UNITS = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k']];

/** As many digits as matter; large numbers with a unit. */
export function number(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  for (const [unit, name] of UNITS) {
    if (size >= unit) {
      const scaled = name === 'k' ? value / 1e3 : value / unit;
      return trimmed(scaled, digits) + name;
    }
  }
  if (size > 0 && size < 1e-4) return value.toExponential(2);
  return trimmed(value, digits);
}

function trimmed(value, digits) {
  return Number(value.toPrecision(digits)).toLocaleString('en', {maximumFractionDigits: 6});
}

export function count(value) {
  return value === null || value === undefined ? '–' : value.toLocaleString('en');
}

export function percent(share) {
  return share === null || share === undefined ? '–' : `${(100 * share).toFixed(0)} %`;
}

export function signed(value) {
  return value === null || value === undefined ? '–' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

/** Times this small are steps rather than dates. */
export function isStep(millis) {
  return millis >= 0 && millis < 1e8;
}

const DAY = 86_400_000;

export function time(millis) {
  if (millis === null || millis === undefined) return '–';
  if (isStep(millis)) return `step ${millis}`;
  const date = new Date(millis);
  const old = Math.abs(Date.now() - millis) > DAY;
  const clock = date.toLocaleTimeString('en-GB');
  if (!old) return clock;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return clock === '00:00:00' ? day : `${day} ${clock.slice(0, 5)}`;
}

function two(value) {
  return String(value).padStart(2, '0');
}

export function duration(millis) {
  const seconds = Math.round(millis / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
