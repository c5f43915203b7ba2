local colors = require("ansicolors")
return (colors("%{red bright}hello %{blue}world%{reset} 100%%") .. colors.noReset("%{underline}x"))
  :gsub("\27", "ESC")
