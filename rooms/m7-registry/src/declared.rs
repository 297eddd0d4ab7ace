//! What the room declares: persons as things that facts are about (M7.1).

use desk::subject::Subject;
use foundation::{Function, Permission, Right};

/// 学员. A person has no page of its own: what is known stands with the classes.
pub static PERSON: Subject = Subject {
    kind: "person",
    formerly: "",
    called: "人员",
    folder: "",
    read: Permission::Of(Function::Roster, Right::Read),
};

/// The room's subjects.
pub static SUBJECTS: &[&Subject] = &[&PERSON];
