//! The processor time of the thread that is measured, for Criterion.
//!
//! What runs inside of this program runs on one thread and waits for nothing, so on a machine that
//! does nothing else this is the time that passes. On a machine that does something else it is what
//! the work costs, where the time that passes says mostly how busy the machine is.

use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};

/// See the module's documentation.
pub struct ThreadTime;

impl Measurement for ThreadTime {
    type Intermediate = cpu_time::ThreadTime;
    type Value = Duration;

    fn start(&self) -> cpu_time::ThreadTime {
        cpu_time::ThreadTime::now()
    }

    fn end(&self, start: cpu_time::ThreadTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}
