"""Reading aloud: numbers, money, dates, times, units and short forms become words. Data in assets/voice/readings."""
