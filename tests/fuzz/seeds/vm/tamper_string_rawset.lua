-- expect: error cannot be changed
rawset(string, "upper", 1)
