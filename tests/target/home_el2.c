#include "tests/target/home.h"

const unsigned home_level = 2;
