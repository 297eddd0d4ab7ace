//! Teachers of an institution and the check of their certificates (M2.1; domain.md §3.2).

use desk::{Act, Before, Desk, Done, Example, Hands};
use foundation::{Function, Permission, PersonName, Right, Stop, TeacherId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, Set};
use store::seal::Purpose;
use store::tables::institutions::teacher;

use super::sites::refuse_gone;
use super::{fact, managed, own};
use crate::refusals::TWICE;
use crate::rules;

/// Adds a teacher to the actor's own institution (M2.1).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddTeacher {
    /// Name.
    pub name: String,
    /// 居民身份证号; sealed at once.
    pub id_number: String,
    /// `电工 二级/技师`.
    pub qualification: String,
    /// Certificate number.
    pub certificate_no: String,
    /// 专职.
    pub full_time: bool,
}

/// The teacher that was written.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TeacherWritten {
    /// Its id.
    pub teacher: TeacherId,
}

impl Act for AddTeacher {
    const NAME: &'static str = "add-teacher";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryApplication, Right::Create);
    const TITLE: &'static str = "增加教师";
    const EXAMPLE: Example = Example::NONE.with(r#"{"id_number": "$spare-id-number"}"#);
    type Outcome = TeacherWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<TeacherWritten>, Stop> {
        let own = own(desk, work).await?;
        refuse_gone(&own)?;
        let checked = rules::teacher(
            &self.name,
            Some(&self.id_number),
            &self.qualification,
            &self.certificate_no,
            desk.today(),
            desk.premises.settings.demo,
        )?;
        let document = checked.id_number.ok_or(Stop::Forbidden)?;
        let keyring = &desk.premises.keyring;
        let index = keyring.index(Purpose::IdNumber, &document.index_text());
        let same = Condition::all()
            .add(teacher::Column::Institution.eq(own.id.to_string()))
            .add(teacher::Column::IdNumberIndex.eq(index.as_str()));
        if let Some(twin) = work.find::<teacher::Entity>(same).await? {
            return Err(TWICE
                .refuse(format!("这个证件号码的教师已经登记：{}", twin.name))
                .source("本机构教师记录")
                .fix("不用再加；信息有变请在原记录上修改")
                .at("id_number")
                .into());
        }
        let id: TeacherId = desk.new_id();
        let row = teacher::Model {
            id_number: keyring.seal(Purpose::IdNumber, &id.to_string(), document.reveal(), desk.premises.ids.bytes()),
            id_number_index: index,
            id_number_masked: document.masked(),
            id,
            institution: own.id.clone(),
            name: checked.name.as_str().into(),
            qualification: self.qualification.trim().into(),
            certificate_no: self.certificate_no.trim().into(),
            certificate_verified_on: None,
            full_time: self.full_time,
            district: own.district,
            path: own.path.clone(),
            created_at: desk.now(),
            version: 1,
        };
        let fact = fact("TeacherAdded", &own, format!("增加教师 {}", checked.name.masked()))
            .about(&crate::declared::TEACHER, &row.id)
            .with("full_time", self.full_time);
        let outcome = TeacherWritten { teacher: row.id.clone() };
        work.add::<teacher::Entity>(row).await?;
        Ok(Done::new(outcome, fact))
    }
}

/// Changes a teacher of the actor's own institution; a changed certificate must be checked again (M2.1).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EditTeacher {
    /// Which.
    pub teacher: TeacherId,
    /// Name.
    pub name: String,
    /// `电工 二级/技师`.
    pub qualification: String,
    /// Certificate number.
    pub certificate_no: String,
    /// 专职.
    pub full_time: bool,
}

impl Act for EditTeacher {
    const NAME: &'static str = "edit-teacher";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryApplication, Right::Create);
    const TITLE: &'static str = "修改教师";
    type Outcome = TeacherWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<TeacherWritten>, Stop> {
        let own = own(desk, work).await?;
        let row = work.get(&self.teacher).await?;
        desk.unchanged(&crate::declared::TEACHER, &row.id.to_string(), row.version)?;
        let checked = rules::teacher(
            &self.name,
            None,
            &self.qualification,
            &self.certificate_no,
            desk.today(),
            desk.premises.settings.demo,
        )?;
        let (qualification, number) = (self.qualification.trim().to_owned(), self.certificate_no.trim().to_owned());
        let kept = qualification == row.qualification && number == row.certificate_no;
        let change = teacher::ActiveModel {
            name: Set(checked.name.as_str().into()),
            qualification: Set(qualification),
            certificate_no: Set(number),
            full_time: Set(self.full_time),
            certificate_verified_on: Set(row.certificate_verified_on.filter(|_| kept)),
            ..Default::default()
        };
        work.save::<teacher::Entity>(&row, change).await?;
        let again = if kept { "" } else { "，证书待重新核对" };
        let fact = fact("TeacherEdited", &own, format!("修改教师 {}{again}", checked.name.masked()))
            .about(&crate::declared::TEACHER, &row.id)
            .with("full_time", self.full_time);
        Ok(Done::new(TeacherWritten { teacher: row.id }, fact))
    }
}

/// The county has compared a teacher's certificate with the issuer's record (M2.1).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct VerifyTeacherCertificate {
    /// Which.
    pub teacher: TeacherId,
}

impl Act for VerifyTeacherCertificate {
    const NAME: &'static str = "verify-teacher-certificate";
    const PERMISSION: Permission = Permission::Of(Function::SiteVerification, Right::Inspect);
    const CLAUSE: &'static str = "M2.1";
    const CLAUSE_WHY: &'static str = "核实的人到场，核的是机构申报的师资";
    const TITLE: &'static str = "核对教师证书";
    const HANDS: Hands = Hands::One("开班审核时审核人会再看到教师的证书");
    const EXAMPLE: Example = Example::NONE.after(&[Before::by::<EditTeacher>("school-clerk")]);
    type Outcome = TeacherWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<TeacherWritten>, Stop> {
        let row = work.get(&self.teacher).await?;
        let institution = managed(work, &row.institution).await?;
        let change = rules::verify_certificate(&row, desk.today())?;
        work.save::<teacher::Entity>(&row, change).await?;
        let masked = row.name.parse::<PersonName>().map_or_else(|_| "*".to_owned(), |name| name.masked());
        let fact = fact("TeacherCertificateVerified", &institution, format!("核对教师 {masked} 的证书，一致"))
            .about(&crate::declared::TEACHER, &row.id);
        Ok(Done::new(TeacherWritten { teacher: row.id }, fact))
    }
}
