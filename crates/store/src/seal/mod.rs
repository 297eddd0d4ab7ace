//! placeholder until the real one lands
#[derive(Clone, Debug, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct Sealed(pub String);
#[derive(Clone, Debug, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct BlindIndex(pub String);
#[derive(Clone)]
pub struct Keyring;
impl Keyring { pub fn for_tests() -> Self { Keyring } }
