//! The roster's template (M7.1): what clerks download, fill in and upload again.

use foundation::codes::{Education, PersonCategory};
use foundation::{IdType, Refusal};

use crate::sheet::whole;

/// The template that clerks download: the heads on one sheet, how to fill them in on the next. Columns
/// are text, so that a workbook program keeps all eighteen digits.
pub fn template() -> Result<Vec<u8>, Refusal> {
    template_book().map_err(|_| whole("模板没有生成", "请稍后再试"))
}

fn template_book() -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let labels = |all: Vec<&str>| all.join("、");
    let heads = [
        ("姓名", 12.0, "必填。与证件一致，少数民族姓名中间用“·”".to_owned()),
        (
            "证件类型",
            18.0,
            format!("空着按居民身份证。可填：{}", labels(IdType::all().iter().map(|one| one.label()).collect())),
        ),
        ("证件号码", 24.0, "必填。这一列已设为文本格式，请不要改".to_owned()),
        ("联系电话", 16.0, "11 位手机号，学员本人的".to_owned()),
        (
            "人员类别",
            26.0,
            format!(
                "空着按其他城乡劳动者。可填：{}",
                labels(PersonCategory::all().iter().map(|one| one.label()).collect())
            ),
        ),
        (
            "文化程度",
            16.0,
            format!("可以空着。可填：{}", labels(Education::all().iter().map(|one| one.label()).collect())),
        ),
        ("出生日期", 14.0, "证件号码里没有出生日期的才填，如 1975-03-05".to_owned()),
    ];
    let mut book = rust_xlsxwriter::Workbook::new();
    let (text, bold, wrap) = (
        rust_xlsxwriter::Format::new().set_num_format("@"),
        rust_xlsxwriter::Format::new().set_bold(),
        rust_xlsxwriter::Format::new().set_text_wrap(),
    );
    let sheet = book.add_worksheet().set_name("名册")?;
    for (column, (head, width, _)) in (0u16..).zip(&heads) {
        sheet.set_column_width(column, *width)?;
        sheet.set_column_format(column, &text)?;
        sheet.write_with_format(0, column, *head, &bold)?;
    }
    let help = book.add_worksheet().set_name("填写说明")?;
    help.set_column_width(0, 14)?;
    help.set_column_width(1, 90)?;
    for (row, (head, _, how)) in (0u32..).zip(&heads) {
        help.write_with_format(row, 0, *head, &bold)?;
        help.write_with_format(row, 1, how.as_str(), &wrap)?;
    }
    book.save_to_buffer()
}
