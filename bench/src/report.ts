/** One figure, and the limit from the same run that it is a share of. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: { readonly name: string; readonly value: number };
  readonly note?: string;
}

export function print(title: string, figures: readonly Figure[]): void {
  console.log(`\n${title}`);
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit, limit, note } of figures) {
    const ratio =
      limit === undefined ? '' : `  ${(value / limit.value).toFixed(2)} of ${limit.name} (${format(limit.value)})`;
    console.log(
      `  ${name.padEnd(width)}  ${format(value).padStart(10)} ${unit}${ratio}${note === undefined ? '' : `  ${note}`}`,
    );
  }
}

function format(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}
