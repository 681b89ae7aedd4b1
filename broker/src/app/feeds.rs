//! Calendars: duties go out at secret addresses, absences come in from files and feeds.

mod calendars;
mod events;
mod ics;
mod import;
mod incoming;
mod refresh;

pub use calendars::CalendarFile;
