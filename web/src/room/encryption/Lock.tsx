/** A lock, closed or open: its shape tells the two apart where colours do not. */
export function Lock({ isOpen }: { isOpen: boolean }) {
  return (
    <svg
      className="lock"
      viewBox="0 0 24 24"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={`M5 11h14v10H5z${isOpen ? "M8 11V7a4 4 0 0 1 7.500-2" : "M8 11V7a4 4 0 0 1 8 0v4"}M12 15v2`} />
    </svg>
  );
}
