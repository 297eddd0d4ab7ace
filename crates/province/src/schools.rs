//! The province's invented schools: where, what they are, what they teach. Occupations follow what the
//! districts' catalogues ask for; no school here is a real one.

use foundation::codes::InstitutionKind;
use foundation::codes::InstitutionKind::{
    Enterprise, PrivateTrainingSchool, PublicBase, SocialOrganisation, TechnicalCollege, VocationalSchool,
};

/// One school as the directory prints it.
pub struct Seat {
    /// Six digits.
    pub district: &'static str,
    /// Name.
    pub name: &'static str,
    /// 办学性质.
    pub kind: InstitutionKind,
    /// Street and number, without the district.
    pub street: &'static str,
    /// What it teaches towards a completion certificate.
    pub items: &'static [&'static str],
}

const fn seat(
    district: &'static str,
    name: &'static str,
    kind: InstitutionKind,
    street: &'static str,
    items: &'static [&'static str],
) -> Seat {
    Seat { district, name, kind, street, items }
}

/// All of them; the first two are the personas' own, the first five make the small demo.
pub const SEATS: [Seat; 40] = [
    seat(
        "350582",
        "晋江市安海职业培训学校",
        PrivateTrainingSchool,
        "安海镇鸿江中路118号实训楼",
        &["育婴员", "养老护理员", "母婴生活护理"],
    ),
    seat("350582", "晋江市青阳家政培训中心", SocialOrganisation, "青阳街道曾井路66号", &["家政服务员", "养老护理员"]),
    seat(
        "350582",
        "晋江市陈埭鞋业职业技能培训学校",
        PrivateTrainingSchool,
        "陈埭镇鞋都路209号",
        &["制鞋工", "鞋类设计师", "缝纫工"],
    ),
    seat("350582", "晋江市池店机电职业技术培训学校", PrivateTrainingSchool, "池店镇江滨南路31号", &["电工", "焊工"]),
    seat(
        "350581",
        "石狮市灵秀服装职业技能培训学校",
        PrivateTrainingSchool,
        "灵秀镇服装城大道88号",
        &["缝纫工", "服装制版师", "互联网营销师"],
    ),
    seat(
        "350502",
        "泉州市鲤城区江南职业技能培训学校",
        PrivateTrainingSchool,
        "江南街道南环路772号",
        &["电工", "工艺品雕刻工"],
    ),
    seat(
        "350503",
        "泉州市丰泽区东海数字技能培训学校",
        PrivateTrainingSchool,
        "东海街道海星街100号",
        &["互联网营销师", "电子商务师"],
    ),
    seat(
        "350583",
        "南安市水头石材职业培训学校",
        PrivateTrainingSchool,
        "水头镇滨海大道石材城B区",
        &["石材生产工", "起重装卸机械操作工"],
    ),
    seat(
        "350521",
        "惠安县螺城雕艺职业培训学校",
        PrivateTrainingSchool,
        "螺城镇世纪大道雕艺城3号楼",
        &["工艺品雕刻工", "石材生产工"],
    ),
    seat(
        "350524",
        "安溪县凤城茶业职业技能培训学校",
        PrivateTrainingSchool,
        "凤城镇大同路中国茶都旁",
        &["茶叶加工工", "评茶师", "茶艺师"],
    ),
    seat(
        "350525",
        "永春县桃城香业职业培训学校",
        PrivateTrainingSchool,
        "桃城镇八二三东路156号",
        &["电子商务师", "竹藤师"],
    ),
    seat(
        "350526",
        "德化县浔中陶瓷职业技术培训学校",
        PrivateTrainingSchool,
        "浔中镇学府路陶瓷园区",
        &["陶瓷成型施釉工", "陶瓷工艺品制作师"],
    ),
    seat(
        "350181",
        "福清市音西职业技能培训学校",
        PrivateTrainingSchool,
        "音西街道清昌大道105号",
        &["电工", "家政服务员"],
    ),
    seat(
        "350102",
        "福州市鼓楼区五凤家政服务职业培训学校",
        PrivateTrainingSchool,
        "五凤街道软件大道36号",
        &["家政服务员", "健康照护师"],
    ),
    seat("350104", "福州市仓山区盖山技工学校", TechnicalCollege, "盖山镇高仕路9号", &["漆器制作工", "车工"]),
    seat(
        "350121",
        "闽侯县上街工艺职业培训学校",
        PrivateTrainingSchool,
        "上街镇国宾大道268号",
        &["漆器制作工", "木竹藤材处理工"],
    ),
    seat(
        "350122",
        "连江县凤城海产职业技能培训学校",
        PrivateTrainingSchool,
        "凤城镇玉荷西路77号",
        &["水产品加工工", "水产捕捞工"],
    ),
    seat(
        "350105",
        "福州市马尾区罗星船舶职业培训中心",
        Enterprise,
        "罗星街道君竹路83号",
        &["焊工", "起重装卸机械操作工"],
    ),
    seat(
        "350203",
        "厦门市思明区莲前养老护理职业培训学校",
        PrivateTrainingSchool,
        "莲前街道莲前东路399号",
        &["养老护理员", "健康照护师"],
    ),
    seat(
        "350206",
        "厦门市湖里区江头电子技能培训中心",
        Enterprise,
        "江头街道吕岭路68号",
        &["半导体分立器件和集成电路装调工", "工业机器人系统操作员"],
    ),
    seat(
        "350211",
        "厦门市集美区杏林技师培训学校",
        TechnicalCollege,
        "杏林街道杏前路160号",
        &["车工", "铣工", "工业机器人系统运维员"],
    ),
    seat(
        "350212",
        "厦门市同安区大同餐饮职业培训学校",
        PrivateTrainingSchool,
        "大同街道南门路25号",
        &["闽南风味小吃制作", "中式面点师"],
    ),
    seat(
        "350302",
        "莆田市城厢区霞林鞋业职业技能培训学校",
        PrivateTrainingSchool,
        "霞林街道荔华东大道1180号",
        &["制鞋工", "鞋类设计师"],
    ),
    seat(
        "350303",
        "莆田市涵江区涵东食品职业培训学校",
        PrivateTrainingSchool,
        "涵东街道工业路356号",
        &["糕点面包烘焙工", "中式烹调师"],
    ),
    seat(
        "350322",
        "仙游县鲤城古典家具职业技术学校",
        VocationalSchool,
        "鲤城街道学府西路200号",
        &["木竹藤材处理工", "工艺品雕刻工"],
    ),
    seat(
        "350404",
        "三明市三元区列东康养职业培训学校",
        PrivateTrainingSchool,
        "列东街道东新四路21号",
        &["养老护理员", "健康照护师"],
    ),
    seat(
        "350405",
        "三明市沙县区凤岗小吃职业培训学校",
        PublicBase,
        "凤岗街道小吃文化城A座",
        &["沙县小吃制作", "中式面点师"],
    ),
    seat(
        "350481",
        "永安市燕东竹业职业技能培训学校",
        PrivateTrainingSchool,
        "燕东街道五四路449号",
        &["竹藤师", "木竹藤材处理工"],
    ),
    seat(
        "350602",
        "漳州市芗城区通北花艺职业培训学校",
        PrivateTrainingSchool,
        "通北街道漳华路112号",
        &["园艺工", "电子商务师"],
    ),
    seat(
        "350604",
        "漳州市龙海区石码食品职业技术学校",
        VocationalSchool,
        "石码镇紫云路58号",
        &["糕点面包烘焙工", "食用菌生产工"],
    ),
    seat(
        "350623",
        "漳浦县绥安职业技能培训学校",
        PrivateTrainingSchool,
        "绥安镇金浦大道296号",
        &["水产品加工工", "电工"],
    ),
    seat(
        "350702",
        "南平市延平区梅山旅游职业培训学校",
        PrivateTrainingSchool,
        "梅山街道滨江中路399号",
        &["民宿管家", "讲解员"],
    ),
    seat(
        "350703",
        "南平市建阳区潭城建盏职业技能培训学校",
        PrivateTrainingSchool,
        "潭城街道西桥路建盏文创园",
        &["陶瓷工艺品制作师", "陶瓷成型施釉工"],
    ),
    seat("350781", "邵武市昭阳职业培训学校", PrivateTrainingSchool, "昭阳街道五四路219号", &["竹藤师", "家政服务员"]),
    seat(
        "350802",
        "龙岩市新罗区西城机械职业技术培训学校",
        PrivateTrainingSchool,
        "西城街道龙岩大道379号",
        &["挖掘铲运和桩工机械司机", "装配钳工"],
    ),
    seat(
        "350823",
        "上杭县临江客家职业技能培训学校",
        PrivateTrainingSchool,
        "临江镇二环路91号",
        &["中式烹调师", "民宿管家"],
    ),
    seat(
        "350902",
        "宁德市蕉城区蕉南新能源职业培训学校",
        Enterprise,
        "蕉南街道闽东中路新能源园",
        &["电池制造工", "电工"],
    ),
    seat(
        "350981",
        "福安市阳头职业技能培训学校",
        PrivateTrainingSchool,
        "阳头街道阳泉路128号",
        &["茶叶加工工", "装配钳工"],
    ),
    seat(
        "350982",
        "福鼎市桐山白茶职业培训学校",
        PrivateTrainingSchool,
        "桐山街道江滨南路8号",
        &["白茶手工制作", "评茶师"],
    ),
    seat(
        "350128",
        "平潭综合实验区潭城职业技能培训学校",
        PrivateTrainingSchool,
        "潭城镇海坛中路226号",
        &["民宿管家", "导游", "渔业船员"],
    ),
];

/// The schools of the small demo: Jinjiang's two, two more of its county, and the neighbour.
pub const SMALL: usize = 5;
