mod call;
mod estimate;
mod network;
mod plans;
mod publisher;
mod receiver;
mod viewer;
