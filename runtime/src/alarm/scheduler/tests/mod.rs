//! Timers in a world where time, the platform and the methods do as the test says.

mod histories;
mod model;
mod world;
