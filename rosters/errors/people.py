"""People and numbers that are wrong, unknown or in doubt, and duties nobody should serve."""

from collections.abc import Mapping

from rosters.errors.message import N_, Message, error, warning

PEOPLE: Mapping[str, Message] = {
    "person-pending": error(
        N_("“{value}”: nobody is named yet."), N_("Name the person, or leave the cell empty.")
    ),
    "slot-empty": warning(
        N_("Nobody is named as {role} on {day}."), N_("Name a person, or accept the gap.")
    ),
    "ditto-without": error(
        N_("“{value}” repeats the cell above, which is empty."), N_("Write the name itself.")
    ),
    "name-unreadable": error(N_("“{value}” is no person's name."), N_("Write the full name only.")),
    "name-missing": error(N_("The row names nobody."), N_("Write the name, or delete the row.")),
    "cover-understood": warning(
        N_("“{value}” was read as: {name} serves instead of {other}."),
        N_("Write only the name of the person who serves."),
    ),
    "note-names": warning(
        N_("“{value}” names people outside the table; it was not read."),
        N_("Give them a column of their own, such as 带班领导."),
    ),
    "swap-noted": warning(
        N_("A swap is noted in “{value}”; {name} was read as the person who serves."),
        N_("Write only the name of the person who serves."),
    ),
    "phone-wrong": error(
        N_("“{value}” is no complete telephone number."),
        N_("A mobile has 11 digits; a landline needs its area code, as 0595-23500000."),
    ),
    "phone-words": warning(
        N_("“{value}” is no telephone number and was left out."), N_("Write the number itself.")
    ),
    "phone-count": error(
        N_("{names} people and {phones} mobile numbers: nobody can tell which is whose."),
        N_("Write one number per person, in the same order."),
    ),
    "phone-shared": warning(
        N_("One mobile number stands for {names} people; it was given to none of them."),
        N_("Write one number per person, in the same order."),
    ),
    "phone-extra": warning(
        N_("There are several mobile numbers for one person; {used} tells who it is."),
        N_("A newcomer gets them all; `oncall person set` changes other cards."),
    ),
    "phone-nobody": warning(
        N_("There is a number, but nobody beside it."), N_("Write the name beside the number.")
    ),
    "role-unknown": error(
        N_("“{value}” is no role."),
        N_("Write one of: primary 主班, deputy 副班, leader 带班领导, team 应急队."),
    ),
    "role-missing": error(
        N_("The row names no role."),
        N_("Write one of: primary 主班, deputy 副班, leader 带班领导, team 应急队."),
    ),
    "unit-missing": error(
        N_("Nothing says which unit this duty belongs to."),
        N_("Name the unit (--unit CODE), or write it into the title or a column 单位."),
    ),
    "unit-unknown": error(
        N_("There is no unit “{value}”."), N_("Write its code or its full name.")
    ),
    "unit-other": error(
        N_("The row belongs to “{value}”, but the roster of {asked} was asked for."),
        N_("Leave the unit away to read rows of several units, or correct the row."),
    ),
    "person-unknown": error(
        N_("{unit} has nobody called {name}."),
        N_("Correct the name, or add the person first (oncall person import, or --create)."),
    ),
    "address-understood": warning(
        N_("“{value}” was read as {person}."), N_("Write the full name.")
    ),
    "address-unclear": error(
        N_("“{value}” is a form of address; who of {unit} is meant is not sure: {names}."),
        N_("Write the full name; if it is one, add the person first (oncall person import)."),
    ),
    "address-nobody": error(
        N_("“{value}” is a form of address, and nobody of {unit} has that surname."),
        N_("Write the full name; if it is one, add the person first (oncall person import)."),
    ),
    "person-renamed": error(
        N_("{unit} has nobody called {name}, but {mobile} is the number of {other}."),
        N_("Correct the name or the number."),
    ),
    "person-ambiguous": error(
        N_("{unit} has {count} people called {name}."),
        N_("Write the person's mobile number beside the name."),
    ),
    "person-inactive": error(N_("{name} no longer serves in {unit}."), N_("Name somebody else.")),
    "mobile-of-another": error(
        N_("{mobile} is the number of {other}, not of {name}."),
        N_("Correct the name or the number."),
    ),
    "mobile-differs": warning(
        N_("The directory has another mobile number for {name}; the directory's is used."),
        N_("Correct whichever is out of date."),
    ),
    "newcomer-no-mobile": warning(
        N_("{name} is new and has no mobile number: messages cannot reach them."),
        N_("Write the mobile number beside the name."),
    ),
}

DUTIES: Mapping[str, Message] = {
    "duplicate-row": warning(
        N_("The same duty is already given at {first}."), N_("Delete one of the two.")
    ),
    "overlap-self": warning(
        N_("{name} is already on this duty at {first}; the two were joined."),
        N_("Correct the hours of one of the two."),
    ),
    "shift-short": warning(
        N_("The duty lasts only {minutes} minutes."), N_("Check its start and end.")
    ),
    "long-stretch": warning(
        N_("{person} serves {hours} hours in a row."), N_("Let somebody else take a part.")
    ),
    "double-booked": warning(
        N_("{person} is also on duty as {role} in {unit} at that time ({other})."),
        N_("Let somebody else take one of the two."),
    ),
    "nights-running": warning(
        N_("{person} serves {nights} nights running, from {day} on."),
        N_("Let somebody else take every other one."),
    ),
    "person-left": warning(
        N_("{person} has left, but is still on duty."), N_("Name somebody else.")
    ),
    "clock-ambiguous": warning(
        N_("The clocks are changed at this handover: {clock} is shown twice, or not at all."),
        N_("Hand over an hour earlier or later that day."),
    ),
    "seam": warning(
        N_("Between two duties {seconds} seconds are left open."),
        N_("Let the second start when the first ends."),
    ),
    "shared-mobile": warning(
        N_("{mobile} is the number of {people}."), N_("Give each person their own number.")
    ),
}
