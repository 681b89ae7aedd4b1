//! Rows to test with: two houses, a network, a service, four people; consults and studies made of them.

use telekonsil::app::ports::*;
use uuid::Uuid;

#[derive(Clone, Copy)]
pub(crate) struct World {
    pub(crate) asking: Uuid,
    pub(crate) providing: Uuid,
    pub(crate) network: Uuid,
    pub(crate) service: Uuid,
    pub(crate) referrer: Uuid,
    pub(crate) specialists: [Uuid; 3],
}

impl World {
    pub(crate) async fn seed(repo: &impl Repository) -> Self {
        let world = Self::new();
        repo.write_directory(&world.directory()).await.expect("writes the directory");
        world
    }

    /// Names without rows.
    pub(crate) fn new() -> Self {
        Self {
            asking: Uuid::now_v7(),
            providing: Uuid::now_v7(),
            network: Uuid::now_v7(),
            service: Uuid::now_v7(),
            referrer: Uuid::now_v7(),
            specialists: std::array::from_fn(|_| Uuid::now_v7()),
        }
    }

    pub(crate) fn directory(&self) -> DirectoryWrite {
        let hospital =
            |id, name: &str| HospitalRow { id, name: name.into(), city: "Kiel".into(), phone: "+49 431 1".into() };
        let mut people = vec![person(self.referrer, self.asking, "a.b@example.org")];
        people.extend(self.specialists.iter().map(|id| person(*id, self.providing, &format!("{id}@example.org"))));
        DirectoryWrite {
            hospitals: vec![hospital(self.asking, "Klinik Nord"), hospital(self.providing, "Uniklinik")],
            networks: vec![NetworkRow { id: self.network, name: "Schlaganfallnetz".into() }],
            services: vec![ServiceRow {
                id: self.service,
                network_id: self.network,
                specialty: "stroke_neurology".into(),
                name: "Schlaganfall".into(),
                fallback_phone: "+49 431 2".into(),
                zone: "Europe/Berlin".into(),
                exclusive: true,
                rules: "{\"needs_licence\":true}".into(),
            }],
            people,
            contracts: vec![ContractRow {
                service_id: self.service,
                provider_hospital_id: self.providing,
                hospital_id: self.asking,
            }],
            policies: vec![PolicyRow { service_id: self.service, body: "{}".into(), ..PolicyRow::default() }],
            rotas: vec![RotaRow { service_id: self.service, body: "{\"layers\":[]}".into(), ..RotaRow::default() }],
            credentials: vec![(self.referrer, "$argon2id$1".into())],
            ..DirectoryWrite::default()
        }
    }

    /// A write of `events` events on top of `expected_seq`.
    pub(crate) fn append(&self, consult_id: Uuid, expected_seq: i64, events: i64) -> Append {
        let seq = expected_seq + events;
        Append {
            consult_id,
            expected_seq,
            events: (expected_seq + 1..=seq).map(|seq| event(seq, Some(self.referrer))).collect(),
            snapshot: SnapshotRow {
                consult_id,
                seq,
                state: "ringing".into(),
                urgency: "urgent".into(),
                is_open: true,
                service_id: self.service,
                network_id: self.network,
                hospital_id: self.asking,
                requester: self.referrer,
                specialist: None,
                created_at: 1_000,
                state_since: 1_000 + seq,
                next_deadline: None,
                label: label(consult_id),
                taken_over_at: None,
                ended_at: None,
                purged_at: None,
                is_queued: false,
                course: CourseRow::default(),
                detail: format!("{{\"seq\":{seq}}}"),
            },
            people: Vec::new(),
            studies: Vec::new(),
            detached: Vec::new(),
            sent_away: Vec::new(),
            booking: None,
            messages: Vec::new(),
            message_ends: Vec::new(),
            overflow: None,
        }
    }

    /// A new consult with one event.
    pub(crate) async fn consult(&self, repo: &impl Repository) -> Uuid {
        let id = Uuid::now_v7();
        assert!(matches!(repo.append(&self.append(id, 0, 1)).await, Ok(Appended::At { .. })));
        id
    }

    /// A new consult whose deadline is `at`.
    pub(crate) async fn consult_due(&self, repo: &impl Repository, at: i64) -> Uuid {
        let mut write = self.append(Uuid::now_v7(), 0, 1);
        write.snapshot.next_deadline = Some(at);
        assert!(matches!(repo.append(&write).await, Ok(Appended::At { .. })));
        write.consult_id
    }

    /// A new consult that ended at `at`, `taken_over` or not, with these studies. It has one event.
    pub(crate) async fn ended(
        &self,
        repo: &impl Repository,
        at: i64,
        taken_over: Option<i64>,
        studies: &[Uuid],
    ) -> Uuid {
        let mut write = self.append(Uuid::now_v7(), 0, 1);
        write.snapshot.state = "closed".into();
        write.snapshot.is_open = false;
        write.snapshot.ended_at = Some(at);
        write.snapshot.taken_over_at = taken_over;
        write.studies = studies.to_vec();
        assert!(matches!(repo.append(&write).await, Ok(Appended::At { .. })));
        write.consult_id
    }

    pub(crate) fn study(&self, uid: &str, columns: StudyColumns) -> StudyRow {
        StudyRow {
            id: Uuid::now_v7(),
            hospital_id: self.asking,
            study_instance_uid: uid.into(),
            wrapped_key: Some(vec![7; 60]),
            created_at: 5_000,
            updated_at: 5_000,
            columns,
            ..StudyRow::default()
        }
    }
}

pub(crate) fn label(id: Uuid) -> String {
    let bytes = id.as_bytes();
    format!("TK-{:02X}{:02X}", bytes[14], bytes[15])
}

pub(crate) fn event(seq: i64, actor: Option<Uuid>) -> EventRow {
    EventRow {
        seq,
        at: 1_000 + seq,
        actor,
        version: 1,
        kind: "requested".into(),
        body: Some(format!("{{\"type\":\"requested\",\"n\":{seq}}}")),
        salt: Some(vec![seq as u8; 32]),
        commitment: vec![1; 32],
        hash: vec![2; 32],
    }
}

pub(crate) fn person(id: Uuid, hospital_id: Uuid, email: &str) -> PersonRow {
    PersonRow {
        id,
        hospital_id,
        name: "Dr. Miriam Falk".into(),
        email: email.into(),
        phone: None,
        roles: vec!["specialist".into(), "coordinator".into()],
        networks: vec![Uuid::from_u128(7)],
        languages: vec!["de".into(), "tr".into()],
        qualifications: vec!["stroke_neurology".into()],
        resting_until: Some(99),
        rules: "{\"part_time\":50}".into(),
        active: true,
    }
}

/// The `n`th object of a series of a study.
pub(crate) fn instance(study_id: Uuid, series: &str, n: i64) -> NewInstance {
    NewInstance {
        study: StudyColumns::default(),
        series: SeriesRow {
            study_id,
            series_instance_uid: series.into(),
            modality: Some("CT".into()),
            series_number: Some(1),
            ..SeriesRow::default()
        },
        instance: InstanceRow {
            study_id,
            series_instance_uid: series.into(),
            sop_instance_uid: format!("{series}.{n}"),
            sop_class_uid: "1.2.840.10008.5.1.4.1.1.2".into(),
            transfer_syntax_uid: "1.2.840.10008.1.2.1".into(),
            instance_number: Some(n),
            rows: Some(512),
            columns: Some(512),
            bits_allocated: Some(16),
            frames: 1,
            digest: vec![n as u8; 32],
            size: 524_288,
            blob: format!("blob/{n}"),
            received_at: 6_000 + n,
        },
        content: InstanceContent { sealed_metadata: vec![3; 100], frame_table: "[]".into() },
    }
}
