//! How rings, alarms and notes reach people: on a carrier that writes down what it was given ([`post`]), and through the
//! real one to services that fail ([`outside`]).

mod answers;
mod outside;
mod post;
mod rings;
mod self_tests;
mod told;
