//! Invented people with Fujian's frequency of surnames; nobody's real name is meant.

/// Surnames, the commonest first and repeated by weight.
const SURNAMES: [&str; 60] = [
    "陈", "陈", "陈", "陈", "陈", "陈", "林", "林", "林", "林", "林", "黄", "黄", "黄", "黄", "张", "张", "张", "吴",
    "吴", "吴", "李", "李", "李", "王", "王", "王", "郑", "郑", "刘", "刘", "苏", "蔡", "蔡", "蔡", "杨", "杨", "许",
    "许", "谢", "叶", "郭", "洪", "曾", "周", "庄", "朱", "江", "何", "高", "赖", "邱", "罗", "柯", "詹", "翁", "施",
    "施", "颜", "欧阳",
];
/// Given names of women born between the sixties and the nineties.
const WOMEN: [&str; 48] = [
    "玉珍", "小琴", "丽华", "秀英", "美玲", "金凤", "淑华", "雅芳", "月娥", "阿美", "婷婷", "海燕", "素真", "宝珠",
    "桂英", "丽萍", "雪梅", "秋月", "碧霞", "春燕", "玉兰", "慧敏", "巧云", "惠珍", "丽娜", "晓红", "美珍", "秀兰",
    "玉华", "燕萍", "志红", "淑贞", "彩霞", "雅婷", "丽清", "美华", "秀琴", "爱珠", "月红", "锦珠", "婉如", "思颖",
    "梅香", "小芳", "琼英", "凤珠", "佳慧", "艺红",
];
/// Given names of men of the same years.
const MEN: [&str; 40] = [
    "志强", "建国", "文斌", "志明", "永福", "国栋", "水木", "清河", "伟民", "进发", "晓东", "火炎", "添财", "建平",
    "俊杰", "荣华", "庆丰", "少华", "金火", "国强", "志伟", "文辉", "建华", "海滨", "天送", "清泉", "炳辉", "宗瀚",
    "承志", "振兴", "家豪", "智勇", "鸿儒", "世杰", "景山", "振裕", "木水", "永强", "明辉", "金树",
];

/// Spreads a number over all of `u64` (SplitMix64's last step): neighbours get nothing in common.
pub fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// One of `0..below`, by two numbers.
pub fn draw(a: usize, b: usize, below: usize) -> usize {
    let spread = mix(mix(a as u64) ^ (b as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
    usize::try_from(spread % below.max(1) as u64).unwrap_or(0)
}

/// The n-th invented person.
pub fn person_name(n: usize, woman: bool) -> String {
    let surname = SURNAMES[draw(n, 1, SURNAMES.len())];
    format!("{surname}{}", if woman { WOMEN[draw(n, 2, WOMEN.len())] } else { MEN[draw(n, 3, MEN.len())] })
}

/// The n-th invented person, woman or man.
pub fn name(n: usize) -> String {
    person_name(n, draw(n, 4, 2) == 0)
}
