//! Public holidays by calculation.

use chrono::NaiveDate;
use holiday_de::{DateExt, GermanHoliday, GermanRegion};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A Bundesland, as ISO 3166-2 names it after `DE-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Land {
    Bb,
    Be,
    Bw,
    By,
    Hb,
    He,
    Hh,
    Mv,
    Ni,
    Nw,
    Rp,
    Sh,
    Sl,
    Sn,
    St,
    Th,
}

impl Land {
    fn region(self) -> GermanRegion {
        match self {
            Self::Bb => GermanRegion::Brandenburg,
            Self::Be => GermanRegion::Berlin,
            Self::Bw => GermanRegion::BadenWuerttemberg,
            Self::By => GermanRegion::Bayern,
            Self::Hb => GermanRegion::Bremen,
            Self::He => GermanRegion::Hessen,
            Self::Hh => GermanRegion::Hamburg,
            Self::Mv => GermanRegion::MechlenburgVorpommern,
            Self::Ni => GermanRegion::Niedersachsen,
            Self::Nw => GermanRegion::NordrheinWestfalen,
            Self::Rp => GermanRegion::RheinlandPfalz,
            Self::Sh => GermanRegion::SchleswigHolstein,
            Self::Sl => GermanRegion::Saarland,
            Self::Sn => GermanRegion::Sachsen,
            Self::St => GermanRegion::SachsenAnhalt,
            Self::Th => GermanRegion::Thueringen,
        }
    }
}

/// The public holiday of that day, as the calendar names it. Where a holiday counts in some communities alone the crate's
/// choice holds (Mariä Himmelfahrt in Bavaria: yes; Fronleichnam in Saxony and Thuringia: no). Easter and Whit Sunday are
/// Sundays before they are holidays.
pub fn holiday(land: Land, day: Date) -> Option<&'static str> {
    let day = NaiveDate::from_ymd_opt(
        i32::from(day.year()),
        day.month().unsigned_abs().into(),
        day.day().unsigned_abs().into(),
    )?;
    day.public_holiday_in(land.region()).as_ref().map(GermanHoliday::description)
}
