export interface SectionLink {
  href: string;
  label: string;
  isCurrent: boolean;
  /** How many things wait there; said with its own words. */
  count?: { value: number; label: string };
}

/** The parts of a page as links, so that the back button and a new tab work. */
export function Sections({ label, links }: { label: string; links: readonly SectionLink[] }) {
  return (
    <nav className="sections" aria-label={label}>
      <ul>
        {links.map((link) => (
          <li key={link.href}>
            <a href={link.href} className="section-link" aria-current={link.isCurrent ? "page" : undefined}>
              {link.label}
              {link.count !== undefined && link.count.value > 0 && (
                <span className="section-count">
                  <span aria-hidden="true">{link.count.value}</span>
                  <span className="visually-hidden">{link.count.label}</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
