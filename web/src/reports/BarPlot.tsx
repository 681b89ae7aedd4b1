import { LEFT, placed, ROW, short, WIDTH, type Bar } from "./bars";

/** Bars with their words. The table below says the same, so a screen reader hears the caption alone. */
export function BarPlot({ caption, markName, bars }: { caption: string; markName?: string; bars: readonly Bar[] }) {
  const { rows, height } = placed(bars);
  if (bars.length === 0) return null;
  return (
    <figure className="plot">
      <figcaption>
        {caption}
        {markName !== undefined && <span className="plot-key"> {markName}</span>}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={caption}>
        {rows.map((row, index) => (
          <g key={`${row.label}${index}`}>
            <text x={LEFT - 10} y={row.y + ROW * 0.66} textAnchor="end" className="plot-label">
              {short(row.label)}
            </text>
            <rect x={LEFT} y={row.y + 5} width={Math.max(1, row.width)} height={ROW - 10} rx={3} className="plot-bar" />
            {row.at !== null && <rect x={row.at - 1.5} y={row.y + 2} width={3} height={ROW - 4} className="plot-mark" />}
            <text x={Math.max(LEFT + row.width, row.at ?? 0) + 8} y={row.y + ROW * 0.66} className="plot-value">
              {row.text}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  );
}
