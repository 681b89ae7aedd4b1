/** Line icons, 24×24, drawn for this product. */

const PATHS = {
  scroll: "M6 4h12M6 20h12M12 8v8M9 11l3-3 3 3M9 13l3 3 3-3",
  wl: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  zoom: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21M10.5 8v5M8 10.5h5",
  pan: "M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5",
  length: "M4 20 20 4M2.5 17.5l4 4M17.5 2.5l4 4M9 12l3 3M12 9l2 2",
  pointer: "M5 3l14 8-6.5 1.5L9 19z",
  reset: "M4 12a8 8 0 1 0 2.5-5.8M4 4v5h5",
  invert: "M4 4h16v16H4zM4 20 20 4M20 4v16H4z",
  undo: "M9 7 4 12l5 5M4 12h11a5 5 0 0 1 0 10h-3",
  patient: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c1-5 4-7 8-7s7 2 8 7",
  take: "M12 3v4M12 17v4M3 12h4M17 12h4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  follow: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3",
  micOff:
    "M9 9v3a3 3 0 0 0 4.5 2.6M15 11V6a3 3 0 0 0-5.8-1M5 11a7 7 0 0 0 11 5.7M19 11a7 7 0 0 1-.5 2.5M12 18v3M3 3l18 18",
  camera: "M3 7h12v10H3zM15 11l6-4v10l-6-4",
  cameraOff: "M15 15v2H3V7h4M11 7h4v4l6-4v10M3 3l18 18",
  screen: "M3 4h18v12H3zM9 20h6M12 16v4M12 13V7M9.5 9.5 12 7l2.5 2.5",
  leave: "M4 13c5-5 11-5 16 0l-2 3-4-2v-3c-1.500-.5-2.500-.5-4 0v3l-4 2z",
  people:
    "M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM3 19c.5-4 3-6 6-6s5.500 2 6 6M16 6a2.500 2.500 0 1 1 0 5M17 13c2.500.5 3.700 2.500 4 5",
  phone: "M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A15 15 0 0 1 3 6a2 2 0 0 1 2-2z",
  chat: "M4 5h16v11H10l-5 4v-4H4zM8 9h8M8 12h5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  keyImage: "M4 5h10v14H4zM17 8h3v11h-9M7 15l2.500-3 2 2 1.500-2 1 1",
  answer: "M5 3h10l4 4v14H5zM15 3v4h4M8 12h8M8 16h6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      width="24"
      height="24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
