import { useMemo } from "react";
import { encode } from "uqr";

/**
 * A QR code (ISO/IEC 18004) of `text`, drawn here: a link that lets somebody in must not travel to a drawing service.
 * Always black on white, because many phone cameras do not read the inverse.
 */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => draw(text), [text]);
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function draw(text: string): { size: number; path: string } {
  // The standard asks for four light modules around it; scanners in bad light need them.
  const { size, data } = encode(text, { ecc: "M", border: 4 });
  const dark: string[] = [];
  data.forEach((row, y) => row.forEach((on, x) => on && dark.push(`M${x} ${y}h1v1h-1z`)));
  return { size, path: dark.join("") };
}
