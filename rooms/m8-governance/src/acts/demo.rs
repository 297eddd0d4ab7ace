//! The demo's clock (M8.9): refused outside the demo.

use crate::refusals::DEMO_CLOCK;
use desk::{Act, Desk, Done, FactDraft};
use foundation::{DistrictCode, Instant, Permission, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::tables::identity::setting;

/// Moves the demo's clock; refused outside the demo.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MoveDemoClock {
    /// The moment the clock shall read.
    pub to: Instant,
}

impl Act for MoveDemoClock {
    const NAME: &'static str = "move-demo-clock";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.4";
    const TITLE: &'static str = "移动演示时钟";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let premises = &desk.premises;
        if !premises.settings.demo {
            return Err(foundation::Fault::Gone.into());
        }
        let years = (self.to - premises.clock.real_now()).num_days().abs();
        if years > 366 * 3 {
            return Err(DEMO_CLOCK.refuse("离现在超过三年").at("to").into());
        }
        premises.clock.travel_to(self.to);
        let row = setting::Model { key: "demo_clock_offset_s".into(), value: premises.clock.offset_s().to_string() };
        work.as_system("demo-clock").put::<setting::Entity>(row).await?;
        Ok(Done::new((), FactDraft::new("DemoClockMoved", DistrictCode::PROVINCE, "移动演示时钟")))
    }
}
