//! Facts as acts draft them; the door adds who, when and where (house.md §0.4).

use std::collections::BTreeMap;

use foundation::{
    ClassId, DistrictCode, EnrolmentId, FactId, Instant, InstitutionId, Organisation, OrganisationId, PersonId,
};
use journal::facts::FactBody;
use serde_json::Value;
use store::tables::journal::fact;

use crate::Desk;
use crate::subject::Subject;

/// A fact on its way into the journal.
#[derive(Debug, Clone)]
pub struct FactDraft {
    id: Option<FactId>,
    kind: &'static str,
    clause: Option<&'static str>,
    district: DistrictCode,
    class: Option<ClassId>,
    organisation: Option<OrganisationId>,
    person: Option<PersonId>,
    about: Vec<(String, String)>,
    summary: String,
    body: Value,
    commitments: BTreeMap<String, String>,
}

impl FactDraft {
    /// A fact of `kind` (past tense) in `district`, with one Chinese line for trails. It serves its act's clause.
    pub fn new(kind: &'static str, district: DistrictCode, summary: impl Into<String>) -> Self {
        Self {
            id: None,
            kind,
            clause: None,
            district,
            class: None,
            organisation: None,
            person: None,
            about: Vec::new(),
            summary: summary.into(),
            body: Value::Object(serde_json::Map::new()),
            commitments: BTreeMap::new(),
        }
    }
    /// A fact whose body the offline verifier knows.
    pub fn of<B: FactBody>(body: &B, district: DistrictCode, summary: impl Into<String>) -> Self {
        Self { clause: Some(B::CLAUSE), ..Self::new(B::FACT, district, summary) }.body(body)
    }
    /// Its kind, `ClassOpeningApproved`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
    /// Uses an id chosen beforehand (rows that point at their fact).
    pub fn with_id(mut self, id: FactId) -> Self {
        self.id = Some(id);
        self
    }
    /// A class's fact.
    pub fn class(mut self, class: &ClassId) -> Self {
        self.class = Some(class.clone());
        self.with_subject("class", class)
    }
    /// An institution's fact.
    pub fn institution(mut self, institution: &InstitutionId) -> Self {
        self.organisation = Some(institution.into());
        self.with_subject("institution", institution)
    }
    /// An organisation's fact, whatever its kind.
    pub fn organisation(mut self, organisation: &Organisation) -> Self {
        match organisation.as_institution() {
            Some(institution) => self.institution(&institution),
            None => {
                self.organisation = Some(organisation.id.clone());
                self.with_subject("organisation", &organisation.id)
            }
        }
    }
    /// One of several institutions that a fact is about: it stands in the trail of each, and is nobody's own.
    pub fn also_institution(self, institution: &InstitutionId) -> Self {
        self.with_subject("institution", institution)
    }
    /// A fact about a person; the person can see it.
    pub fn person(mut self, person: &PersonId) -> Self {
        self.person = Some(person.clone());
        self.with_subject("person", person)
    }
    /// A fact about a place on a roster.
    pub fn enrolment(self, enrolment: &EnrolmentId) -> Self {
        self.with_subject("enrolment", enrolment)
    }
    /// One more subject.
    pub fn about(self, subject: &Subject, id: impl ToString) -> Self {
        self.with_subject(subject.kind, id)
    }
    /// The kinds that every room may speak of; they are subjects like the others (`house/tests/it/declared.rs`).
    pub const COMMON: [&str; 5] = ["class", "institution", "organisation", "person", "enrolment"];

    fn with_subject(mut self, kind: &str, id: impl ToString) -> Self {
        self.about.push((kind.to_owned(), id.to_string()));
        self
    }
    /// The body: whole numbers and texts, no personal data.
    pub fn body(mut self, body: &impl serde::Serialize) -> Self {
        self.body = serde_json::to_value(body).expect("fact bodies are plain data with text keys");
        self
    }
    /// Adds a field to the body.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(fields) = &mut self.body {
            fields.insert(key.to_owned(), value.into());
        }
        self
    }
    /// A salted commitment to a piece of personal data.
    pub fn commits(mut self, name: &str, commitment: String) -> Self {
        self.commitments.insert(name.to_owned(), commitment);
        self
    }

    /// The row, with who, when and where. Acts hand in drafts; only whoever takes over an old register writes rows.
    pub fn row(self, desk: &Desk, (act, clause): (&str, &str), at: Instant) -> fact::Model {
        fact::Model {
            id: self.id.unwrap_or_else(|| desk.new_id()),
            seq: None,
            at,
            act: act.to_owned(),
            fact: self.kind.to_owned(),
            clause: self.clause.unwrap_or(clause).to_owned(),
            actor: desk.actor_key(),
            actor_name: desk.actor.name.clone(),
            office: desk.office_key(),
            office_name: desk.actor.office_name.clone(),
            class: self.class,
            about: serde_json::to_string(&self.about).expect("pairs of text"),
            summary: self.summary,
            body: self.body.to_string(),
            commitments: serde_json::to_string(&self.commitments).expect("a map of text"),
            organisation: self.organisation,
            person: self.person,
            path: self.district.management_path(),
            district: self.district,
        }
    }
}
