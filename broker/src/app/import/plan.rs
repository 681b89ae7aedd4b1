//! What a table would change.

use super::{
    columns,
    faults::{Cells, class},
    lines::{self, Done},
    look_up::LookUp,
    table::Table,
};
use crate::app::ports::{DirectoryRows, DirectoryWrite};
use schemas::import::{ImportChange, ImportFault, ImportProblem, ImportReport, TableKind};
use std::collections::BTreeSet;

/// Lines that are reported of each sort. More is more than anybody reads; the counts are whole.
const REPORTED: usize = 1000;

pub(super) struct Plan {
    pub(super) report: ImportReport,
    pub(super) write: DirectoryWrite,
}

impl Plan {
    pub(super) fn of(rows: &DirectoryRows, table: &Table) -> Self {
        let mut look_up = LookUp::new(rows);
        let mut plan = Self { report: empty(table), write: DirectoryWrite::default() };
        let mut seen = BTreeSet::new();
        for line in &table.lines {
            let cells = Cells { head: &table.head, line };
            let done = plan.line(&mut look_up, table.kind, &cells, &mut seen);
            match done {
                Err(fault) => plan.fault(fault),
                Ok((_, Done::Same)) => plan.report.unchanged += 1,
                Ok((key, Done::New)) => plan.change(line.number, key, true, vec![]),
                Ok((key, Done::Changed(changed))) => {
                    let name = |column| table.head.iter().find(|(of, _)| *of == column).map(|(_, name)| name.clone());
                    plan.change(line.number, key, false, changed.into_iter().filter_map(name).collect());
                }
            }
        }
        plan
    }

    /// Nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.report.new == 0 && self.report.changed == 0
    }

    fn line(
        &mut self,
        look_up: &mut LookUp,
        kind: TableKind,
        cells: &Cells<'_>,
        seen: &mut BTreeSet<Vec<String>>,
    ) -> Result<(String, Done), ImportFault> {
        if cells.line.cells.len() != cells.head.len() {
            let value = class(cells.line.cells.last().map_or("", String::as_str));
            let problem = ImportProblem::WrongCells;
            return Err(ImportFault { line: cells.line.number, column: None, value, problem });
        }
        let keys = columns::keys(kind);
        let mut key = Vec::new();
        for column in keys {
            key.push(cells.needed(*column)?.to_owned());
        }
        if kind == TableKind::People {
            key[0] = key[0].to_lowercase();
        }
        let shown = key.join(" · ");
        if !seen.insert(key) {
            return Err(cells.fault(keys[keys.len() - 1], ImportProblem::Twice));
        }
        let write = &mut self.write;
        let done = match kind {
            TableKind::Hospitals => lines::hospital(look_up, write, cells),
            TableKind::Departments => lines::department(look_up, write, cells),
            TableKind::Services => lines::service(look_up, write, cells),
            TableKind::People => lines::person(look_up, write, cells),
            TableKind::Contracts => lines::contract(look_up, write, cells),
        };
        Ok((shown, done?))
    }

    fn fault(&mut self, fault: ImportFault) {
        self.report.bad += 1;
        if self.report.faults.len() < REPORTED {
            self.report.faults.push(fault);
        }
    }

    fn change(&mut self, line: u32, key: String, is_new: bool, columns: Vec<String>) {
        let count = if is_new { &mut self.report.new } else { &mut self.report.changed };
        *count += 1;
        if self.report.changes.len() < REPORTED {
            self.report.changes.push(ImportChange { line, key, is_new, columns });
        }
    }
}

fn empty(table: &Table) -> ImportReport {
    ImportReport {
        written: false,
        encoding: table.encoding,
        new: 0,
        changed: 0,
        unchanged: 0,
        bad: 0,
        changes: vec![],
        faults: vec![],
    }
}
