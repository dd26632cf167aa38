// Numbers and times as people read them.

export const number = (value) =>
  Math.abs(value) >= 10
    ? value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    : String(Number(value.toPrecision(4)));

export const percent = (share) => `${Number((100 * share).toFixed(1))}\u00a0%`;

export const day = (time) => time.replace("T00:00:00", "").replace("T", " ");
