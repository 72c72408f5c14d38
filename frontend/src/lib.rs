extern crate app;
