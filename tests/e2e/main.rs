//! Journeys in real browsers, on the real Worker and the demo shop.

mod foreign_site;
mod friend_without_script;
mod nothing_counts_twice;
mod people_who_do_not_point;
mod steps;
mod the_main_path;
