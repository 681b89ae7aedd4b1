mod call;
mod estimate;
mod network;
mod plans;
mod viewer;
